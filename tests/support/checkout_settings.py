"""The settings of a checkout made by tests: where things lie below its folder."""

SETTINGS = {
    "ROOT": "",
    "MODEL_STORE": "models",
    "PUBLIC_KEY": "keys/model.pub.pem",
    "GATE_KEY": "keys/gate",
    "GATE_SIGNERS": "keys/gate.signers",
    "REPRODUCTION_SIGNERS": "keys/reproduction.signers",
    "EVIDENCE": "evidence",
    "POLICIES": "policies",
    "RELEASES": "releases",
    "JOBS": "1",
}

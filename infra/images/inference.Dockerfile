# Code and models of one payload: its digest is the whole release. Built by `bin/plinth delivery image build`.
ARG BASE_IMAGE

FROM ${BASE_IMAGE} AS builder
RUN --mount=type=bind,target=/context python3.11 -I /context/install.py /context /opt/plinth

FROM ${BASE_IMAGE}
# Nothing may be written to but /tmp, and nobody may become someone else.
RUN find / -xdev -type d -perm -0002 ! -path /tmp -exec chmod o-w {} + \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
COPY --from=builder /opt/plinth/env /opt/plinth/env
COPY --from=builder /opt/plinth/code /opt/plinth/code
COPY healthy.py public-key.pem /opt/plinth/
COPY model /opt/plinth/model

ARG COMMIT
ARG CODE
ARG PAYLOAD
ARG MODELS
LABEL org.opencontainers.image.title="plinth/inference" \
    org.opencontainers.image.revision="${COMMIT}" \
    plinth.code="${CODE}" \
    plinth.payload="${PAYLOAD}" \
    plinth.models="${MODELS}"
# The task adds PLINTH_ENVIRONMENT, PLINTH_PAYLOAD and PLINTH_API_KEYS.
ENV HOME=/tmp \
    LANG=C.UTF-8 \
    PATH=/opt/plinth/env/bin:/usr/local/bin:/usr/bin:/bin \
    PLINTH_CODE_COMMIT="${COMMIT}" \
    PLINTH_CODE_DIGEST="${CODE}" \
    PLINTH_PUBLIC_KEY=/opt/plinth/public-key.pem \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /tmp
VOLUME ["/tmp"]
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
# Docker asks this way; ECS has its own in the task's definition, and the load balancer asks /readyz.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-I", "/opt/plinth/healthy.py"]
ENTRYPOINT ["python", "-I", "-B", "-u", "-m", "inference"]
CMD ["serve", "--model", "/opt/plinth/model", "--host", "0.0.0.0", "--port", "8080"]

# Delivery's commands; the checkout and the stores are mounted. It has no gate: `delivery retrain` needs a runner with
# a checkout (docs/targets/aws.md). Built by `bin/plinth delivery image build-service`.
ARG BASE_IMAGE

FROM ${BASE_IMAGE} AS builder
RUN --mount=type=bind,target=/context python3.11 -I /context/install.py /context /opt/plinth

FROM ${BASE_IMAGE}
# A base made by `delivery image base tools` has both already, and then nothing is fetched. Which versions Debian's
# stable release has today is what a scan should see: they are written down in the bill of materials.
# hadolint ignore=DL3008
RUN if ! command -v git || ! command -v ssh-keygen; then \
        apt-get update \
        && apt-get install --yes --no-install-recommends git openssh-client \
        && rm -rf /var/lib/apt/lists/*; \
    fi
# ssh-keygen, which signs and verifies, refuses to work for a user without an entry.
RUN echo 'plinth:x:10001:10001:plinth:/tmp:/usr/sbin/nologin' >> /etc/passwd \
    && echo 'plinth:x:10001:' >> /etc/group
# Nothing may be written to but /tmp, and nobody may become someone else.
RUN find / -xdev -type d -perm -0002 ! -path /tmp -exec chmod o-w {} + \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
COPY --from=builder /opt/plinth/env /opt/plinth/env
COPY --from=builder /opt/plinth/code /opt/plinth/code

ARG COMMIT
ARG CODE
LABEL org.opencontainers.image.title="plinth/delivery" \
    org.opencontainers.image.revision="${COMMIT}" \
    plinth.code="${CODE}"
ENV HOME=/tmp \
    LANG=C.UTF-8 \
    PATH=/opt/plinth/env/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /tmp
VOLUME ["/tmp"]
USER 10001:10001
STOPSIGNAL SIGINT
# It answers nobody and ends with its command: there is nothing to ask.
HEALTHCHECK NONE
ENTRYPOINT ["python", "-I", "-B", "-u", "-m", "delivery"]
CMD ["--help"]

# Images of this toolkit: `ocs`, the default, runs any agent; `pysmurf-controller` has Python for the scripts of that agent.
#
#     docker build -t ocs-deno:0.1.0 .
#     docker build -t ocs-deno-pysmurf:0.1.0 --target pysmurf-controller .
#
# docs/deploying.md explains both; docker/docker-compose.yaml is a site that runs on them.

ARG DENO_VERSION=2.9.6
ARG BASE_IMAGE=debian:bookworm-slim
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM denoland/deno:bin-${DENO_VERSION} AS deno

# The toolkit and all that it imports: nothing is fetched when a container starts.
FROM ${BASE_IMAGE} AS toolkit
COPY --from=deno /deno /usr/local/bin/deno
COPY docker/ocs /usr/local/bin/ocs
# A mirror of the npm registry, for a network without internet.
ARG NPM_CONFIG_REGISTRY
ENV DENO_DIR=/opt/deno-cache DENO_NO_UPDATE_CHECK=1
WORKDIR /opt/ocs
COPY . .
# Declarations of types and source maps are a fifth of the cache, and no program reads them.
RUN deno install --quiet --frozen --entrypoint cli/main.ts agents/*.ts agents/*/*_worker.ts mod.ts */mod.ts \
    && find ${DENO_DIR}/npm -type f '(' -name '*.d.[cm]ts' -o -name '*.d.ts' -o -name '*.map' ')' -delete

FROM ${PYTHON_IMAGE} AS pysmurf-controller
# Of Debian, such as git for pip.
ARG DEBIAN_PACKAGES
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini ${DEBIAN_PACKAGES} \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
RUN groupadd -g 9000 ocs \
    && useradd -m -l -u 9000 -g 9000 ocs \
    && install -d -o ocs -g ocs /data /state
# What scripts import, such as "numpy scipy". pysmurf and sodetlib may also be mounted, where PYTHONPATH finds them.
ARG PYTHON_PACKAGES
RUN if [ -n "${PYTHON_PACKAGES}" ]; then pip install --no-cache-dir ${PYTHON_PACKAGES}; fi
COPY --from=toolkit /usr/local/bin/deno /usr/local/bin/ocs /usr/local/bin/
COPY --from=toolkit /opt/ocs /opt/ocs
COPY --from=toolkit --chown=9000:9000 /opt/deno-cache /opt/deno-cache
# For scripts and agents below /config that import /opt/ocs/mod.ts: its packages, in its versions.
COPY deno.json deno.lock /
ARG NPM_CONFIG_REGISTRY
ENV NPM_CONFIG_REGISTRY=${NPM_CONFIG_REGISTRY} DENO_DIR=/opt/deno-cache DENO_NO_UPDATE_CHECK=1 \
    OCS_CONFIG_DIR=/config XDG_STATE_HOME=/state LANG=C.UTF-8 \
    PYTHONPATH=/usr/local/src/pysmurf/python:/usr/local/src/sodetlib
USER 9000
WORKDIR /
ENTRYPOINT ["tini", "--", "ocs", "agent"]

FROM ${BASE_IMAGE} AS ocs
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
RUN groupadd -g 9000 ocs \
    && useradd -m -l -u 9000 -g 9000 ocs \
    && install -d -o ocs -g ocs /data /state
COPY --from=toolkit /usr/local/bin/deno /usr/local/bin/ocs /usr/local/bin/
COPY --from=toolkit /opt/ocs /opt/ocs
COPY --from=toolkit --chown=9000:9000 /opt/deno-cache /opt/deno-cache
# For scripts and agents below /config that import /opt/ocs/mod.ts: its packages, in its versions.
COPY deno.json deno.lock /
ARG NPM_CONFIG_REGISTRY
ENV NPM_CONFIG_REGISTRY=${NPM_CONFIG_REGISTRY} DENO_DIR=/opt/deno-cache DENO_NO_UPDATE_CHECK=1 \
    OCS_CONFIG_DIR=/config XDG_STATE_HOME=/state LANG=C.UTF-8
USER 9000
WORKDIR /
ENTRYPOINT ["tini", "--", "ocs", "agent"]

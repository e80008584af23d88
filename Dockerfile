# The image of Vidra: Debian's Python and /opt/vidra, with neither a compiler nor pip in it. Built in the repository:
#   docker build -t registry.example.com/vidra:0.1.0.dev0 .
ARG DEBIAN=12.12-slim

FROM debian:${DEBIAN} AS build
RUN apt-get update \
	&& apt-get install -y --no-install-recommends python3 python3-pip
WORKDIR /src
COPY images images
COPY requirements/runtime.txt requirements/runtime.txt
COPY requirements/node.txt requirements/node.txt
COPY docs/spec/conditions.md docs/spec/conditions.md
COPY toolchain toolchain
COPY renderer renderer
COPY ui ui
COPY src src
RUN images/tree /opt/vidra \
	&& python3 -m compileall -q --invalidation-mode unchecked-hash /opt/vidra/lib

FROM debian:${DEBIAN}
COPY images/packages.txt /tmp/packages.txt
RUN apt-get update \
	&& xargs apt-get install -y --no-install-recommends < /tmp/packages.txt \
	&& rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/log/* /tmp/packages.txt
COPY --from=build /opt/vidra /opt/vidra
RUN ln -s /opt/vidra/bin/vidra /usr/local/bin/vidra
LABEL org.opencontainers.image.title="Vidra" \
	org.opencontainers.image.description="Keeps the artifacts of Infrahub applied in Kubernetes clusters" \
	org.opencontainers.image.licenses="Apache-2.0"
# As the chart runs it; nobody's, and with no right to write anywhere.
USER 65532:65532
ENTRYPOINT ["vidra"]
CMD ["operator"]

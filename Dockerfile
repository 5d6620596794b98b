# docker build -t sandbox . && docker run --rm -p 127.0.0.1:2025:2025 sandbox
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY sandbox ./sandbox
COPY config ./config
RUN python -m venv /opt/sandbox && /opt/sandbox/bin/pip install --no-cache-dir .

FROM python:3.13-slim
COPY --from=build /opt/sandbox /opt/sandbox
# Not root; the state directory holds the certificate authority and may be mounted.
RUN useradd --system --create-home --uid 10001 sandbox \
    && install -d -o sandbox -g sandbox -m 700 /var/lib/sandbox
USER sandbox
# Inside a container loopback is the container's own; publish the ports on the host's loopback. A configuration of your
# own: mount it and set SANDBOX_CONFIG. SANDBOX_SET holds settings that are changed on top of it.
ENV PATH=/opt/sandbox/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SANDBOX_STATE=/var/lib/sandbox \
    SANDBOX_SET="host=0.0.0.0 services.ftp.passive_ports=[20000,20009]"
VOLUME /var/lib/sandbox
EXPOSE 2007 2007/udp 2021 2025 2053 2053/udp 2080 2081 2110 2143 2443 2465 2587 2853 2990 2993 2995 8025 20000-20009
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["sandbox", "health"]
ENTRYPOINT ["sandbox"]
CMD ["up"]

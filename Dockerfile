# One image for every process: `docker build -t sge-settlement:0.1.0 .`; what it runs is a command line of `sge`.

# The page and GraphiQL, as `make frontend` builds them.
FROM node:22.21.1-bookworm-slim AS page
WORKDIR /build/frontend-stub
COPY frontend-stub/package.json frontend-stub/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY frontend-stub ./
RUN npm run build

# The locked packages: wheels only, so nothing is compiled and no compiler is needed anywhere.
FROM python:3.11.14-slim-bookworm AS packages
COPY requirements/runtime.txt /build/runtime.txt
RUN python -m venv /opt/sge \
 && /opt/sge/bin/python -m pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r /build/runtime.txt

FROM python:3.11.14-slim-bookworm AS processes
ENV PATH=/opt/sge/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/sge
COPY --from=packages /opt/sge /opt/sge
COPY pyproject.toml LICENSE ./
COPY app app
COPY schema schema
COPY resolvers resolvers
COPY jobs jobs
COPY sge sge
COPY migrations migrations
COPY --from=page /build/frontend-stub/dist frontend-stub/dist
COPY --from=page /build/frontend-stub/dist-graphiql frontend-stub/dist-graphiql
# The root file system is read-only where it runs, so what Python would note down is noted now.
RUN python -m compileall -q app schema resolvers jobs sge migrations
USER 10001:10001
EXPOSE 8000 9100
ENTRYPOINT ["python", "-m", "sge.cli"]
CMD ["--help"]

# `sge backup`, `sge restore` and `sge drill` with the server's own programs: the embedded ones speak no TLS. Both images are of one
# Debian; a library that is missing all the same is missed here, and not at night.
FROM postgres:18.1-bookworm AS backup
ENV PATH=/opt/sge/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/sge
COPY --from=packages /usr/local /usr/local
COPY --from=processes /opt/sge /opt/sge
COPY --from=processes /srv/sge /srv/sge
RUN ldconfig && /usr/lib/postgresql/18/bin/pg_basebackup --version && python -m sge.cli backup --help
USER 999:999
ENTRYPOINT ["python", "-m", "sge.cli"]
CMD ["--help"]

# What is built without `--target`.
FROM processes

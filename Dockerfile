# The service alone: its database is another container (docker-compose.yml) or another machine.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# What cargo fetched and compiled stays in the builder's cache between builds, so the program is copied out in the same step.
# The query macros read .sqlx/: building needs no database.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    SQLX_OFFLINE=true cargo build --release --locked --bin annuaire \
    && install -D -m 755 target/release/annuaire /out/annuaire

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="annuaire" \
      org.opencontainers.image.description="National directory and trust-space registry for secure health mail" \
      org.opencontainers.image.licenses="EUPL-1.2"

# Numbers, so that an orchestrator can see that this is not root.
RUN groupadd --system --gid 10001 annuaire \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/annuaire annuaire \
    && install -d -o 10001 -g 10001 -m 750 /var/lib/annuaire
COPY --from=build /out/annuaire /usr/local/bin/annuaire
COPY LICENSE /usr/share/doc/annuaire/LICENSE

# In a container the loopback address is the container's own.
ENV ANNUAIRE__DATA_DIR=/var/lib/annuaire \
    ANNUAIRE__HTTP__LISTEN=0.0.0.0:8080 \
    ANNUAIRE__LOG__FORMAT=json
USER 10001:10001
VOLUME /var/lib/annuaire
EXPOSE 8080
# The first start may build the index of a whole country; it is alive meanwhile, and not yet ready.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["annuaire", "health"]
ENTRYPOINT ["annuaire"]
CMD ["serve"]

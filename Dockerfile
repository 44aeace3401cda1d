# One service as an image: docker build --build-arg SERVICE=worker-service -t bisup/worker-service .
# linux/amd64 only: libtorch for the CPU is published for it. Tried with no container engine at hand: see docs/deploy.md.
FROM eclipse-temurin:25-jdk AS build
ARG SERVICE
WORKDIR /src
COPY . .
RUN ./mvnw -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true -pl "$SERVICE" -am package

FROM eclipse-temurin:25-jre
ARG SERVICE
# What libtorch links to; harmless for the api-service.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 libstdc++6 && rm -rf /var/lib/apt/lists/*
# Libraries change seldom and lie in layers of their own.
COPY --from=build /src/${SERVICE}/target/quarkus-app/lib/ /app/lib/
COPY --from=build /src/${SERVICE}/target/quarkus-app/ /app/
# Everything the process writes: fetched models, libtorch unpacked once.
RUN mkdir /work && chown 10001:10001 /work
VOLUME /work
USER 10001:10001
ENV QUARKUS_HTTP_HOST=0.0.0.0 \
    QUARKUS_HTTP_PORT=8080 \
    BISUP_WORK_DIR=/work/jobs \
    DJL_CACHE_DIR=/work/djl \
    JAVA_OPTS="-XX:MaxRAMPercentage=25"
EXPOSE 8080
# exec: signals must reach the JVM, which gives a running job back to the queue.
ENTRYPOINT ["sh", "-c", "exec java $JAVA_OPTS --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow --add-modules=jdk.incubator.vector -Dai.djl.offline=true -Dvertx.disableURIValidation=true -Djava.io.tmpdir=/work -jar /app/quarkus-run.jar"]

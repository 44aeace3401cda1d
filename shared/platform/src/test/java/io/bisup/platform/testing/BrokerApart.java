package io.bisup.platform.testing;

import io.bisup.localstack.LocalStackProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The real servers, with Kafka in another process than the object store and PostgreSQL, so that it can be away alone. */
public class BrokerApart extends LocalStackResource {

    private static final String BOOTSTRAP_SERVERS = "bisup.kafka.bootstrap-servers";

    /** The Kafka that the services use. */
    public static final class Broker {
        private final Path folder;
        private LocalStackProcess process;

        private Broker(Path folder) {
            this.folder = folder;
            this.process = LocalStackProcess.start(folder);
        }

        /** Kills it: connections break, new ones are refused. */
        public void leave() {
            process.kill();
        }

        /** Starts it again with what it had, at the same address. */
        public void comeBack() {
            process = LocalStackProcess.start(folder);
        }
    }

    private Broker broker;

    @Override
    protected void adjust(Map<String, String> settings) {
        try {
            broker = new Broker(Files.createTempDirectory(Path.of("target"), "broker"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        settings.put(BOOTSTRAP_SERVERS, broker.process.properties().getProperty(BOOTSTRAP_SERVERS));
    }

    @Override
    public void inject(TestInjector injector) {
        super.inject(injector);
        injector.injectIntoFields(broker, new TestInjector.MatchesType(Broker.class));
    }

    @Override
    public void stop() {
        super.stop();
        if (broker != null) {
            broker.process.close();
        }
    }
}

package io.bisup.platform.testing;

import java.net.URI;
import java.util.Map;

/** The real servers with gates before PostgreSQL and the object store, so that each can be away alone. */
public class GatedStack extends LocalStackResource {

    /** A gate before each server. */
    public record Gates(TcpGate objects, TcpGate database) {}

    private Gates gates;

    @Override
    protected void adjust(Map<String, String> settings) {
        String endpoint = "bisup.objects.endpoint";
        String jdbc = "quarkus.datasource.jdbc.url";
        int s3 = URI.create(settings.get(endpoint)).getPort();
        int postgres =
                URI.create(settings.get(jdbc).substring("jdbc:".length())).getPort();
        gates = new Gates(new TcpGate(s3), new TcpGate(postgres));
        settings.put(endpoint, "http://127.0.0.1:" + gates.objects().port());
        settings.put(
                jdbc,
                settings.get(jdbc)
                        .replace(":" + postgres + "/", ":" + gates.database().port() + "/"));
    }

    @Override
    public void inject(TestInjector injector) {
        super.inject(injector);
        injector.injectIntoFields(gates, new TestInjector.MatchesType(Gates.class));
    }

    @Override
    public void stop() {
        super.stop();
        gates.objects().close();
        gates.database().close();
    }
}

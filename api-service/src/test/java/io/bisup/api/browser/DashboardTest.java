package io.bisup.api.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.TinyModel;
import io.bisup.api.testing.Worker;
import io.bisup.contract.Phase;
import io.bisup.platform.job.Claim;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A person looks at the dashboard while a job runs. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class DashboardTest {

    @Inject
    Worker worker;

    @TestHTTPResource("/")
    URI home;

    private final List<String> complaints = new ArrayList<>();

    @Test
    void showsAJobFromTheQueueToItsResult() throws Exception {
        Optional<Path> executable = Browsers.find();
        if (executable.isEmpty()) {
            System.err.println("DASHBOARD NOT TESTED: no Chromium here; install one or set BISUP_BROWSER");
        }
        Assumptions.assumeTrue(executable.isPresent(), "no browser");
        var environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        try (Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
                Browser browser = playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(executable.get())
                                .setArgs(List.of("--no-sandbox")))) {
            Page page = browser.newPage();
            page.onConsoleMessage(m -> {
                if (m.type().equals("error")) {
                    complaints.add(m.text());
                }
            });
            page.onPageError(complaints::add);
            watch(page);
        }
        assertThat(complaints).as("the browser's complaints").isEmpty();
    }

    private void watch(Page page) {
        Inputs.register();
        String id = Inputs.submit(Map.of("recipe", "rtn-w3a3-g128"));
        page.navigate(home.toString());
        var row = page.locator("tr[data-job='" + id + "']");
        assertThat(row).containsText("W3A3KV3-g128");
        assertThat(row.locator("[data-state]")).hasText("queued");
        assertThat(accessibility(page)).isEmpty();

        row.click();
        assertThat(page.locator("h1")).containsText("tiny");
        Claim claim = worker.claim(id);
        worker.report(claim, Phase.FETCH, 0);
        assertThat(page.locator("h1 [data-state]")).hasText("running");
        worker.commit(claim, 0);
        assertThat(page.locator(".verdict")).containsText("1 of " + TinyModel.LAYERS + " blocks done");
        assertThat(page.locator("bisup-block-chart svg").first()).isVisible();
        for (int block = 1; block < TinyModel.LAYERS; block++) {
            worker.commit(claim, block);
        }
        assertThat(page.locator("bisup-block-chart").first()).containsText("100");
        worker.publish(claim);
        worker.evaluate(id, 13.412, 11.807);
        assertThat(page.locator("h1 [data-state]")).hasText("succeeded");
        assertThat(page.locator(".verdict")).containsText("13.412 on wiki (FP 11.807, ×1.136)");
        page.getByText("Figures of the blocks as a table").click();
        assertThat(page.locator("table.figures tbody tr")).hasCount(TinyModel.LAYERS);
        assertThat(page.getByText("model-00001.safetensors")).isVisible();
        assertThat(accessibility(page)).isEmpty();
    }

    private static List<String> accessibility(Page page) {
        return new AxeBuilder(page)
                .analyze().getViolations().stream()
                        .map(v -> v.getId() + ": " + v.getHelp() + " " + v.getNodes())
                        .toList();
    }
}

package io.bisup.api.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
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
import java.util.function.Consumer;
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
        look(this::watch);
    }

    @Test
    void submitsClonesComparesAndCancelsWithAQuestion() throws Exception {
        look(this::work);
    }

    @Test
    void drawsHowTheErrorGrowsAndSpreads() throws Exception {
        look(this::errorMap);
    }

    @Test
    void showsTasksAndDivergenceBesideTheFpModel() throws Exception {
        look(this::scores);
    }

    private void look(Consumer<Page> what) throws Exception {
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
            what.accept(page);
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
        worker.measures(id, "waiting for object store since 2026-11-28T10:00:00Z", 3, 7);
        // An evaluation's progress is no event: the page looks every four seconds.
        assertThat(page.locator(".verdict"))
                .containsText(
                        "waiting for object store since 2026-11-28T10:00:00Z, 3 of 7",
                        new LocatorAssertions.ContainsTextOptions().setTimeout(20_000));
        worker.evaluate(id, 13.412, 11.807);
        assertThat(page.locator("h1 [data-state]")).hasText("succeeded");
        assertThat(page.locator(".verdict")).containsText("13.412 on wiki (FP 11.807, ×1.136)");
        page.getByText("Figures of the blocks as a table").click();
        assertThat(page.locator("table.figures tbody tr")).hasCount(TinyModel.LAYERS);
        assertThat(page.getByText("model-00001.safetensors")).isVisible();
        assertThat(accessibility(page)).isEmpty();
    }

    private void work(Page page) {
        Inputs.register();
        String team = "team-" + System.nanoTime();
        String first = Inputs.submit(Map.of("recipe", "rtn-w4a16-g128", "labels", Map.of("team", team)));
        finish(first, 12.5);
        page.navigate(home + "#/new?from=" + first);
        page.getByLabel("Tokens in each").fill("4096");
        page.getByText("Check", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.locator(".wrong")).containsText("4096");
        assertThat(accessibility(page)).isEmpty();
        shoot(page, "form");
        page.getByLabel("Tokens in each").fill("32");
        page.getByText("Submit", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.locator("h1 [data-state]")).hasText("queued");
        String second = page.url().substring(page.url().lastIndexOf('/') + 1);

        assertThat(page.locator("dl")).containsText("Cloned from");
        page.locator("button.pause").click();
        assertThat(page.locator("h1 [data-state]")).hasText("paused");
        page.locator("button.resume").click();
        assertThat(page.locator("h1 [data-state]")).hasText("queued");

        page.getByText("Cancel…").click();
        assertThat(page.locator("dialog")).isVisible();
        shoot(page, "cancel");
        page.getByText("Keep it").click();
        assertThat(page.locator("h1 [data-state]")).hasText("queued");
        finish(second, 11.9);
        assertThat(page.locator("h1 [data-state]")).hasText("succeeded");
        assertThat(page.locator(".bars")).containsText("wiki");
        assertThat(accessibility(page)).isEmpty();
        shoot(page, "job");

        page.navigate(home + "#/?q=team%3D" + team);
        assertThat(page.locator("tr[data-job]")).hasCount(2);
        page.locator("tr[data-job='" + first + "'] input").check();
        page.locator("tr[data-job='" + second + "'] input").check();
        shoot(page, "list");
        page.getByText("Compare 2").click();
        assertThat(page.locator("table.compare").last()).containsText("calibration.sequenceLength");
        assertThat(accessibility(page)).isEmpty();
        shoot(page, "compare");
        exports(page, second);
        for (String view : List.of("inputs", "workers", "recipes")) {
            page.navigate(home + "#/" + view);
            assertThat(page.locator("main section").first()).isVisible();
            assertThat(accessibility(page)).isEmpty();
            shoot(page, view);
        }
        narrow(page, second);
        cancel(page);
        // The form asked for what cannot run, and browsers write each refusal down.
        complaints.removeIf(text -> text.contains("status of 422"));
    }

    /** The artifact of another program's format, from the button to the files. */
    private void exports(Page page, String id) {
        page.navigate(home + "#/jobs/" + id);
        var refused = page.locator("tr[data-export='peft']");
        assertThat(refused).containsText("/compensation");
        var row = page.locator("tr[data-export='compressed-tensors']");
        row.getByText("Export").click();
        assertThat(row.locator("[data-state]")).hasText("queued");
        worker.export();
        assertThat(row.locator("[data-state]")).hasText("succeeded");
        row.getByText("2 files").click();
        assertThat(row.getByText("base/config.json")).isVisible();
        assertThat(accessibility(page)).isEmpty();
        shoot(page, "exports");
    }

    /** How the error grows and spreads, and the figures behind the drawings. */
    private void errorMap(Page page) {
        Inputs.register();
        String id = Inputs.submit(Map.of(
                "evaluation",
                List.of(
                        Map.of("dataset", "wiki", "protocol", "gptq", "window", 64),
                        Map.of("dataset", "wiki", "propagation", 2, "window", 32))));
        Claim claim = worker.claim(id);
        for (int block = 0; block < TinyModel.LAYERS; block++) {
            worker.commit(claim, block);
        }
        worker.publish(claim);
        worker.evaluateWithMap(id, 12.1, 11.807);
        page.navigate(home + "#/jobs/" + id);
        var card = page.locator(".error-map");
        assertThat(card).containsText("mean over 2 windows of 32 tokens of wiki");
        assertThat(card.locator("bisup-heat-map svg")).hasCount(2);
        assertThat(card.locator("bisup-heat-map svg").last()).containsText("P 1–2");
        assertThat(card.getByText("JSON")).hasAttribute("href", "/v1/quantization-jobs/" + id + "/error-map");
        card.getByLabel("Block").selectOption("1");
        card.getByText("Errors of the blocks as a table").click();
        assertThat(card.locator("table.error-blocks tbody tr")).hasCount(TinyModel.LAYERS);
        card.getByText("Errors of the tokens as a table").click();
        assertThat(card.locator("table.error-tokens tbody tr").first()).containsText("0 (exact)");
        assertThat(accessibility(page)).isEmpty();
        shoot(page, "error-map");
        page.setViewportSize(390, 844);
        page.waitForTimeout(500);
        assertThat((int) page.evaluate("document.documentElement.scrollWidth")).isLessThanOrEqualTo(390);
        page.setViewportSize(1280, 900);
    }

    /** A job that asked for a task and a divergence, and for no perplexity. */
    private void scores(Page page) {
        Inputs.register();
        String id = Inputs.submit(Map.of());
        Claim claim = worker.claim(id);
        worker.commit(claim, 0);
        worker.publish(claim);
        page.navigate(home + "#/jobs/" + id);
        assertThat(page.getByText("Being measured.")).isVisible();
        worker.evaluateWithDivergence(id, 0.0625, "11110000", "11111111");
        var tasks = page.locator("table.tasks tbody tr");
        assertThat(tasks).hasCount(2);
        assertThat(page.locator("ol.timeline li").last()).hasClass("done");
        assertThat(tasks.first()).containsText("piqa");
        assertThat(tasks.first()).containsText("1.0000");
        assertThat(tasks.first()).containsText("0.5000 ± 0.1890");
        assertThat(tasks.first()).containsText("-0.5000 ± 0.1890");
        assertThat(tasks.first()).not().containsText("none");
        var divergence = page.locator("table.divergences tbody tr");
        assertThat(divergence).hasCount(1);
        assertThat(divergence).containsText("0.0625 ± 0.00313");
        assertThat(divergence).containsText("0.9125 ± 0.0060");
        assertThat(accessibility(page)).isEmpty();
        shoot(page, "scores");
        page.setViewportSize(390, 844);
        page.waitForTimeout(500);
        assertThat((int) page.evaluate("document.documentElement.scrollWidth")).isLessThanOrEqualTo(390);
        page.setViewportSize(1280, 900);
    }

    /** On a telephone nothing is cut off at the side. */
    private void narrow(Page page, String id) {
        page.setViewportSize(390, 844);
        for (String view : List.of("", "jobs/" + id, "new", "recipes")) {
            page.navigate(home + "#/" + view);
            assertThat(page.locator("h1").first()).isVisible();
            page.waitForTimeout(500);
            assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
                    .as(view)
                    .isLessThanOrEqualTo(390);
            shoot(page, "narrow-" + view.split("/", 2)[0]);
        }
        page.navigate(home + "#/");
        assertThat(page.locator("tr[data-job='" + id + "'] progress")).isInViewport();
        page.setViewportSize(1280, 900);
    }

    private void cancel(Page page) {
        String id = Inputs.submit(Map.of());
        page.navigate(home + "#/jobs/" + id);
        page.getByText("Cancel…").click();
        page.getByText("Cancel the job").click();
        assertThat(page.locator("h1 [data-state]")).hasText("cancelled");
        assertThat(page.locator("button.pause, button.resume, button.cancel:visible"))
                .hasCount(0);
        page.locator("button.retry").click();
        assertThat(page.locator("h1 [data-state]")).hasText("queued");
        assertThat(page.locator("dl")).containsText("Retry of");
        assertThat(page.locator("button.retry")).hasCount(0);
        assertThat(accessibility(page)).isEmpty();
    }

    private void finish(String id, double perplexity) {
        Claim claim = worker.claim(id);
        for (int block = 0; block < TinyModel.LAYERS; block++) {
            worker.commit(claim, block);
        }
        worker.publish(claim);
        worker.evaluate(id, perplexity, 11.807);
    }

    /** Pictures for people: target/screens. */
    private static void shoot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target", "screens", name + ".png"))
                .setFullPage(true));
    }

    private static List<String> accessibility(Page page) {
        return new AxeBuilder(page)
                .analyze().getViolations().stream()
                        .map(v -> v.getId() + ": " + v.getHelp() + " " + v.getNodes())
                        .toList();
    }
}

package io.bisup.measure;

/**
 * Progress of items that go through a model's blocks side by side: each pass of an item through a block is a step, and as many items
 * are told to be done as the steps would make whole ones. A bar moves and a measurement can be stopped within a block, also
 * where all items are one batch.
 */
public final class PassProgress {

    private final Progress progress;
    private final int items;
    private final int passes;
    private long passed;

    /**
     * Tells that nothing is done yet.
     *
     * @param progress hears of each step; may throw to stop
     * @param items windows or documents
     * @param passes of each, the one through the output head included
     */
    public PassProgress(Progress progress, int items, int passes) {
        this.progress = progress;
        this.items = items;
        this.passes = passes;
        progress.done(0, items);
    }

    /** So many items have passed one block. */
    public void step(int count) {
        passed += count;
        progress.done((int) (passed / passes), items);
    }

    /** One item has passed one block. */
    public void step() {
        step(1);
    }
}

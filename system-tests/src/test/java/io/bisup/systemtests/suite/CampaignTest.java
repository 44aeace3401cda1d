package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the long form of the campaign does, counted: R-01 asks for 60 kills of each service, R-02 for 15 of each store. */
class CampaignTest {

    @Test
    void aHundredAndFiftyRoundsStrikeAsOftenAsIsAskedFor() {
        assertThat(Campaign.planned(150))
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry(Nemesis.KILL_WORKER, 60),
                        Map.entry(Nemesis.KILL_API, 60),
                        Map.entry(Nemesis.KILL_EVAL, 60),
                        Map.entry(Nemesis.KILL_ATTEMPT, 60),
                        Map.entry(Nemesis.KILL_STORES, 15),
                        Map.entry(Nemesis.KILL_POSTGRES, 15),
                        Map.entry(Nemesis.FREEZE_WORKER, 30),
                        Map.entry(Nemesis.FREEZE_API, 15),
                        Map.entry(Nemesis.FREEZE_EVAL, 15),
                        Map.entry(Nemesis.FREEZE_ATTEMPT, 15),
                        Map.entry(Nemesis.FREEZE_STORES, 15),
                        Map.entry(Nemesis.FREEZE_POSTGRES, 15)));
    }

    @Test
    void aCycleHoldsEveryBlow() {
        assertThat(Campaign.planned(10)).containsOnlyKeys(Nemesis.values());
    }

    @Test
    void whoIsFrozenLosesThreeLeases() {
        assertThat(Nemesis.FROZEN).isGreaterThan(RunningSuite.LEASE.multipliedBy(3));
    }
}

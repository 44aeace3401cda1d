package io.bisup.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PhasesTest {

    @Test
    void namesStatesByTheOutermostPhaseAndTheInnermostMethodThatSaysWhy() {
        List<Stack> stacks = Stack.parse("""
                Main.main;io/bisup/quantize/stage/LearnStage.apply;io/bisup/quantize/run/Streams.advanceExact;io/bisup/llm/tensor/TorchLibrary.run;at::mm 6
                Main.main;io/bisup/quantize/stage/LearnStage.apply;io/bisup/quantize/learn/BlockTrainer.lambda$judge$3;at::mm 2
                Main.main;io/bisup/llm/token/Tokenizer.encode 1
                Main.main;java/lang/Object.wait 1
                """);

        assertThat(new Phases(stacks).table(20)).isEqualTo("""
                        | phase | in | share | s |
                        |---|---|---:|---:|
                        | Learn stage | `Streams.advanceExact` 75.0 %, `BlockTrainer.judge` 25.0 % | 80.0 % | 16.0 |
                        | all else | `the JVM` 100.0 % | 10.0 % | 2.0 |
                        | tokens | `Tokenizer.encode` 100.0 % | 10.0 % | 2.0 |
                        """);
    }

    /** A method that is renamed would hide its phase among all else. */
    @Test
    void knowsMethodsThatThereAre() throws ClassNotFoundException {
        for (String method : Phases.METHODS.keySet()) {
            int dot = method.lastIndexOf('.');
            Class<?> owner = Class.forName(method.substring(0, dot).replace('/', '.'));
            assertThat(Arrays.stream(owner.getDeclaredMethods()).map(Method::getName))
                    .contains(method.substring(dot + 1));
        }
        assertThat(Phases.METHODS.values()).doesNotHaveDuplicates();
    }
}

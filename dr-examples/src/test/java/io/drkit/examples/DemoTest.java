package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The demo verifies each of its steps itself, and exits with 0 only if all held. */
class DemoTest {

    @Test
    void the_story_holds_and_ends_with_measured_rpo_and_rto() {
        Cli demo = drkit("demo", "--seed", "7");
        assertThat(demo.code()).as(demo.out() + demo.err()).isZero();
        assertThat(demo.out()).doesNotContain("FAILED").containsPattern(Pattern.compile("RPO +[0-9.]+ s: "));
        assertThat(demo.out()).containsPattern(Pattern.compile("RTO +[0-9.]+ s: "));
    }
}

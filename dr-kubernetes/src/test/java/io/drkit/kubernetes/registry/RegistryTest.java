package io.drkit.kubernetes.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.comparison.ImageAnswer;
import io.drkit.comparison.ImageAnswer.Presence;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whether a registry has images: one that is slow, wants a token, or holds one architecture only. */
class RegistryTest {

    private final StandInRegistry server = new StandInRegistry();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void it_tells_what_is_there_for_which_processors() {
        server.has("shop/app:1.4", "amd64", "arm64").has("shop/old:1", "arm64").has("shop/gone:1");
        Registry registry = new Registry(to().build());
        assertThat(registry.look("registry.a/shop/app:1.4")).isEqualTo(ImageAnswer.present(List.of("amd64", "arm64")));
        assertThat(registry.look("registry.a/shop/old:1")).isEqualTo(ImageAnswer.present(List.of("arm64")));
        assertThat(registry.look("registry.a/shop/gone:1")).isEqualTo(ImageAnswer.absent());
        String digest = "sha256:" + "ab".repeat(32);
        server.has("shop/app:" + digest);
        assertThat(registry.look("registry.a/shop/app:1.4@" + digest)).isEqualTo(ImageAnswer.absent());
    }

    @Test
    void a_token_is_fetched_with_user_and_password_once_for_a_repository() {
        server.wantsToken("drkit", "hunter2").has("shop/app:1.4", "amd64", "arm64");
        Registry registry =
                new Registry(to().user("drkit", "hunter2"::toCharArray).build());
        assertThat(registry.look("shop/app:1.4").presence()).isEqualTo(Presence.PRESENT);
        assertThat(registry.look("shop/app:1.5").presence()).isEqualTo(Presence.PRESENT);
        assertThat(server.logins()).isEqualTo(1);
    }

    @Test
    void wrong_or_missing_credentials_are_told_and_never_shown() {
        server.wantsToken("drkit", "hunter2");
        RegistryConnection wrong = to().user("drkit", "hunter3"::toCharArray).build();
        ImageAnswer refused = new Registry(wrong).look("shop/app:1.4");
        assertThat(refused.presence()).isEqualTo(Presence.UNKNOWN);
        assertThat(refused.because()).contains("does not let us in (401)", "check the registry's user and password");
        assertThat(refused + " " + wrong).doesNotContain("hunter").doesNotContain("token-of");
        assertThat(new Registry(to().build()).look("shop/app:1.4").because()).contains("configure the registry's user");
    }

    @Test
    void a_slow_registry_ends_by_the_deadline_of_each_image_and_few_are_asked_for_at_a_time() {
        server.answersAfter(Duration.ofMillis(300));
        List<String> images =
                IntStream.range(0, 12).mapToObj(i -> "shop/app:" + i).toList();
        Map<String, ImageAnswer> patient = new Registry(to().parallel(4).build()).look(images);
        assertThat(patient.values()).extracting(ImageAnswer::presence).containsOnly(Presence.PRESENT);
        assertThat(server.mostAtOnce()).isEqualTo(4);
        Instant begun = Instant.now();
        Map<String, ImageAnswer> hasty =
                new Registry(to().deadline(Duration.ofMillis(150)).parallel(4).build()).look(images);
        assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(10));
        assertThat(hasty)
                .hasSize(12)
                .allSatisfy((image, answer) -> assertThat(answer.because()).contains("did not answer within 150 ms"));
    }

    @Test
    void what_it_cannot_be_asked_for_is_unknown() {
        Registry registry = new Registry(to().serves(List.of("registry.a")).build());
        assertThat(registry.look("quay.io/x/y:1").because()).contains("does not stand for quay.io");
        assertThat(registry.look("UPPER/../x").because()).contains("its name is none");
        StandInRegistry gone = new StandInRegistry();
        URI url = gone.url();
        gone.close();
        assertThat(new Registry(RegistryConnection.to(url).build()).look("x:1").because())
                .contains("nothing listens there");
    }

    @Test
    void names_of_images_are_read_as_runtimes_read_them() {
        assertThat(ImageReference.parse("nginx")).isEqualTo(new ImageReference("docker.io", "library/nginx", "latest"));
        assertThat(ImageReference.parse("team/app:1")).isEqualTo(new ImageReference("docker.io", "team/app", "1"));
        assertThat(ImageReference.parse("index.docker.io/nginx")).isEqualTo(ImageReference.parse("nginx"));
        assertThat(ImageReference.parse("localhost:5000/a/b"))
                .isEqualTo(new ImageReference("localhost:5000", "a/b", "latest"));
        assertThat(ImageReference.parse("10.0.0.1:11443/a:2"))
                .isEqualTo(new ImageReference("10.0.0.1:11443", "a", "2"));
    }

    @Test
    void a_challenge_is_read_with_quotes_and_commas() {
        Challenge challenge = Challenge.of(
                        List.of(
                                "Basic realm=\"x\"",
                                "Bearer realm=\"https://auth.example.com/token\",service=\"a,b\",scope=\"repository:x:pull,push\""))
                .orElseThrow();
        assertThat(challenge.scheme()).isEqualTo("bearer");
        assertThat(challenge.parameters())
                .containsEntry("service", "a,b")
                .containsEntry("scope", "repository:x:pull,push");
        assertThat(Challenge.of(List.of("Negotiate abc"))).isEmpty();
    }

    @Test
    void a_connection_that_makes_no_sense_is_refused() {
        for (String url : List.of("ftp://a", "https://user:hunter2@a", "registry")) {
            assertThatThrownBy(() -> RegistryConnection.to(URI.create(url)).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("hunter2");
        }
    }

    private RegistryConnection.Builder to() {
        return RegistryConnection.to(server.url());
    }
}

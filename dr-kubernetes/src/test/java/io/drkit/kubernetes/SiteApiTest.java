package io.drkit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.drkit.testkit.workload.TestNamespace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is deleted is what was read, and nothing that has come in its place. */
class SiteApiTest {

    private static final KubernetesSite SITE = KubernetesSites.mock();

    private final FaultyApi faulty = new FaultyApi(SITE);
    private final KubernetesClient client = faulty.client(5_000);
    private final SiteApi api = new SiteApi(client);
    private final TestNamespace namespace = SITE.newNamespace();

    @BeforeEach
    void make() {
        client.resource(thing()).create();
    }

    @AfterEach
    void close() {
        namespace.close();
        client.close();
        faulty.close();
    }

    private ConfigMap thing() {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName("thing")
                .withNamespace(namespace.name())
                .endMetadata()
                .build();
    }

    private ConfigMap read() {
        return Objects.requireNonNull(api.get(ConfigMap.class, namespace.name(), "thing"));
    }

    @Test
    void another_of_the_same_name_stays() {
        ConfigMap before = read();
        client.resource(before).delete();
        client.resource(thing()).create();
        assertThat(api.delete(before)).isFalse();
        assertThat(read().getMetadata().getUid())
                .isNotEqualTo(before.getMetadata().getUid());
        assertThat(api.delete(read())).isTrue();
    }

    /** Which a real server heeds, and the mock does not. */
    @Test
    void the_server_is_told_which_one_is_meant() throws IOException {
        ConfigMap thing = read();
        assertThat(api.delete(thing)).isTrue();
        JsonNode options = new JsonMapper().readTree(faulty.lastDeletion());
        assertThat(options.at("/preconditions/resourceVersion").asText())
                .isEqualTo(thing.getMetadata().getResourceVersion());
    }
}

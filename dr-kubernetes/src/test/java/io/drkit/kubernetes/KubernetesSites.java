package io.drkit.kubernetes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.Closeable;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The clusters that tests run on, the first of these that is there: those that {@code DRKIT_TEST_PRIMARY_KUBECONFIG} and {@code
 * DRKIT_TEST_STANDBY_KUBECONFIG} name; k3s in Docker; fabric8's CRUD mock server with {@link StandInControllers}, where the real thing cannot run. The
 * output says which. Started once for all tests of a JVM, and ended with it.
 *
 * <p>In this module's test jar, not in dr-testkit, which is published and used by modules that know no Kubernetes: it would bring them fabric8, its
 * mock server and testcontainers.
 */
public final class KubernetesSites {

    private static final String PRIMARY = "PRIMARY";
    private static final String STANDBY = "STANDBY";
    private static final String K3S = "rancher/k3s:v1.32.4-k3s1";
    private static final int REQUEST_TIMEOUT_MILLIS = 10_000;

    private static final class Primary {
        static final KubernetesSite SITE = firstThatIsThere(PRIMARY);
    }

    private static final class Mock {
        static final KubernetesSite SITE = newMock();
    }

    private static final class OtherMock {
        static final KubernetesSite SITE = newMock();
    }

    private static final class Standby {
        static final KubernetesSite SITE = firstThatIsThere(STANDBY);
    }

    /** Held, for a logger that nobody holds forgets its level. It tells of every request. */
    private static final Logger MOCK_LOG = Logger.getLogger(MockWebServer.class.getName());

    private static final Map<KubernetesSite, StandInControllers.Server> MOCKS =
            Collections.synchronizedMap(new IdentityHashMap<>());

    private KubernetesSites() {}

    public static KubernetesSite primary() {
        return Primary.SITE;
    }

    /** Another cluster than the primary. Where the environment names a primary only, the test is skipped: one real and one mock prove nothing. */
    public static KubernetesSite standby() {
        assumeTrue(
                System.getenv(variable(PRIMARY)) == null || System.getenv(variable(STANDBY)) != null,
                "no second cluster to test on: " + variable(STANDBY) + " is not set");
        return Standby.SITE;
    }

    /** The mock server, for tests that need what a real one cannot be made to do. It is the primary too, where no real one is. */
    public static KubernetesSite mock() {
        return Mock.SITE;
    }

    /** Another mock server than {@link #mock}: the standby, where no real one is. */
    public static KubernetesSite otherMock() {
        return OtherMock.SITE;
    }

    private static KubernetesSite newMock() {
        StandInControllers.Server server = new StandInControllers.Server();
        KubernetesSite site = mock(server);
        StandInControllers.start(server, site.client());
        MOCKS.put(site, server);
        return site;
    }

    /** Tells the path of each write to a mock server, until closed, to those who play a part there and shall not poll. A real one tells of nothing. */
    public static Closeable onWrite(KubernetesSite site, Consumer<String> told) {
        StandInControllers.Server server = MOCKS.get(site);
        if (server == null) {
            return () -> {};
        }
        server.listeners().add(told);
        return () -> server.listeners().remove(told);
    }

    /** How many writes to a mock server there were, by which one can tell that it holds what it held; -1 while there is one, and of a real one. */
    public static long writes(KubernetesSite site) {
        StandInControllers.Server server = MOCKS.get(site);
        return server == null ? -1 : server.writes();
    }

    /** A mock server of its own where nothing happens by itself, for tests that play the controllers. */
    public static KubernetesSite withoutControllers() {
        return mock(new KubernetesCrudDispatcher());
    }

    private static KubernetesSite mock(KubernetesCrudDispatcher dispatcher) {
        MOCK_LOG.setLevel(Level.WARNING);
        KubernetesMockServer server =
                new KubernetesMockServer(new Context(), new MockWebServer(), new HashMap<>(), dispatcher, false);
        server.init();
        Config config = server.createClient().getConfiguration();
        config.setRequestTimeout(REQUEST_TIMEOUT_MILLIS);
        config.setRequestRetryBackoffLimit(0);
        return new KubernetesSite("fabric8's CRUD mock server", false, config);
    }

    private static KubernetesSite firstThatIsThere(String side) {
        List<String> missing = new ArrayList<>();
        KubernetesSite site = named(side, missing);
        if (site == null) {
            site = k3s(missing);
        }
        if (site == null) {
            site = side.equals(PRIMARY) ? mock() : otherMock();
        }
        System.out.println("Kubernetes, " + side.toLowerCase(Locale.ROOT) + ": " + site
                + (missing.isEmpty() ? "" : ", for " + String.join(", and ", missing)));
        return site;
    }

    private static @Nullable KubernetesSite named(String side, List<String> missing) {
        String kubeconfig = System.getenv(variable(side));
        if (kubeconfig == null) {
            missing.add(variable(side) + " is not set");
            return null;
        }
        return new KubernetesSite(
                "the cluster of " + variable(side), true, timed(Config.fromKubeconfig(new File(kubeconfig))));
    }

    /** Without a socket of Docker's nobody is asked, for that takes long. */
    private static @Nullable KubernetesSite k3s(List<String> missing) {
        String host = System.getenv("DOCKER_HOST");
        if (host == null && !Files.exists(Path.of("/var/run/docker.sock"))) {
            missing.add("Docker does not run here");
            return null;
        }
        try {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                missing.add("Docker does not answer");
                return null;
            }
            K3sContainer k3s = new K3sContainer(DockerImageName.parse(K3S));
            k3s.start();
            return new KubernetesSite(K3S + " in Docker", true, timed(Config.fromKubeconfig(k3s.getKubeConfigYaml())));
        } catch (RuntimeException e) {
            missing.add("k3s did not start: " + e.getMessage());
            return null;
        }
    }

    private static Config timed(Config config) {
        config.setRequestTimeout(REQUEST_TIMEOUT_MILLIS);
        return config;
    }

    private static String variable(String side) {
        return "DRKIT_TEST_" + side + "_KUBECONFIG";
    }
}

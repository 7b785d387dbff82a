package io.drkit.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Arrows only downward. Here, because this module sees all others. */
@AnalyzeClasses(
        packages = "io.drkit",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.WithoutTestJars.class})
class ArchitectureTest {

    /** What a module publishes for the tests of others is a jar when the whole is packaged. */
    static final class WithoutTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    /** One a backend; a new backend is entered here. */
    private static final String[] BACKENDS = {
        "io.drkit.etcd..",
        "io.drkit.kubernetes..",
        "io.drkit.volsync..",
        "io.drkit.ssh..",
        "io.drkit.dns.rfc2136..",
        "io.drkit.dns.powerdns..",
        "io.drkit.dns.proof.."
    };

    private static final DescribedPredicate<JavaClass> BACKEND = resideInAnyPackage(BACKENDS);
    private static final DescribedPredicate<JavaClass> CORE = resideInAPackage("io.drkit..")
            .and(DescribedPredicate.not(BACKEND.or(resideInAnyPackage("io.drkit.testkit..", "io.drkit.examples.."))))
            .as("core");

    @ArchTest
    static final ArchRule core_imports_no_vendor = classes()
            .that(CORE)
            .should()
            .onlyDependOnClassesThat(CORE.or(resideInAnyPackage(
                    "java..",
                    // The JDK's own TLS, by which a server's certificate is looked at.
                    "javax.net.ssl..",
                    "org.slf4j..",
                    "org.jspecify..",
                    "com.fasterxml.jackson..",
                    "io.github.resilience4j..")));

    @ArchTest
    static final ArchRule a_backend_sees_of_drkit_only_core_and_itself = slices().matching("io.drkit.(*)..")
            .namingSlices("$1")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(DescribedPredicate.not(BACKEND), DescribedPredicate.alwaysTrue())
            .ignoreDependency(DescribedPredicate.alwaysTrue(), CORE)
            // The one arrow sideways: VolSync is resources of the Kubernetes API.
            .ignoreDependency(resideInAPackage("io.drkit.volsync.."), resideInAPackage("io.drkit.kubernetes.."));

    @ArchTest
    static final ArchRule the_testkit_serves_any_backend = noClasses()
            .that(resideInAPackage("io.drkit.testkit.."))
            .should()
            .dependOnClassesThat(BACKEND.or(resideInAPackage("io.drkit.examples..")));

    @ArchTest
    static final ArchRule nobody_but_the_etcd_backend_speaks_to_etcd = noClasses()
            .that(DescribedPredicate.not(resideInAPackage("io.drkit.etcd..")))
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.etcd..", "io.grpc..", "io.netty.."));

    @ArchTest
    static final ArchRule nobody_but_the_kubernetes_backends_speaks_to_its_api = noClasses()
            .that(DescribedPredicate.not(resideInAnyPackage("io.drkit.kubernetes..", "io.drkit.volsync..")))
            .should()
            // A program opens clients and hands them on, and reads a security context from its configuration.
            .dependOnClassesThat(resideInAPackage("io.fabric8..")
                    .and(DescribedPredicate.not(type(KubernetesClient.class).or(type(PodSecurityContext.class)))));

    @ArchTest
    static final ArchRule nobody_but_the_ssh_backend_speaks_ssh = noClasses()
            .that(DescribedPredicate.not(resideInAPackage("io.drkit.ssh..")))
            .should()
            .dependOnClassesThat(resideInAPackage("com.jcraft.."));

    @ArchTest
    static final ArchRule capabilities_have_no_cycles_with_the_root = noClasses()
            .that(resideInAPackage("io.drkit"))
            .should()
            .dependOnClassesThat(resideInAPackage("io.drkit.*.."));
}

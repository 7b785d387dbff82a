package io.drkit.testkit;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.encryption.MergePlan.Stage;
import io.drkit.keyspace.GroupResource;
import io.drkit.testkit.StoredValues.Value;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;

/** One site while a plan is carried out: the file its servers have, and every kind of value that may lie in its etcd. */
final class MergedSite {

    private final String name;
    private EncryptionConfig config;
    private final Set<Value> present = new LinkedHashSet<>();

    /** Values that the site could not be sure to read even before anybody merged: two of its own keys have one name. */
    private final Set<Value> lostBefore = new LinkedHashSet<>();

    private final Set<Set<Value>> clashesBefore;

    MergedSite(String name, EncryptionConfig config) {
        this.name = name;
        this.config = config;
        this.clashesBefore = StoredValues.clashes(config);
        present.addAll(StoredValues.readWith(config));
        present.stream().filter(value -> !StoredValues.isRead(config, value)).forEach(lostBefore::add);
    }

    EncryptionConfig config() {
        return config;
    }

    void carryOut(Stage stage) {
        Supplier<String> at =
                () -> "stage " + stage.n() + " at the " + name + " with\n" + EncryptionPairs.told(stage.config());
        for (Set<Value> clash : StoredValues.clashes(stage.config())) {
            require(clashesBefore.contains(clash), () -> at.get() + "brings two keys of one name together: " + clash);
        }
        if (stage.then().contains(Action.RESTART)) {
            for (GroupResource resource : StoredValues.RESOURCES) {
                present.add(StoredValues.written(config, resource));
                present.add(StoredValues.written(stage.config(), resource));
            }
            requireAllRead(config, at, "a server with the old file");
            require(
                    config.readsWhatIsWrittenWith(stage.config())
                            && stage.config().readsWhatIsWrittenWith(config),
                    () -> at.get() + "cannot be used beside the file of before");
            config = stage.config();
        }
        require(config.equals(stage.config()), () -> at.get() + "is never installed");
        requireAllRead(config, at, "a server with the new file");
        if (stage.then().contains(Action.REWRITE)) {
            rewrite(at);
            requireAllRead(config, at, "after rewriting, a server");
        }
        require(stage.then().get(stage.then().size() - 1) == Action.VERIFY, () -> at.get() + "is not verified at last");
    }

    private void rewrite(Supplier<String> at) {
        Set<Value> rewritten = new LinkedHashSet<>();
        for (Value value : present) {
            Value current = StoredValues.written(config, value.resource());
            if (value.kms() != null || current.kms() != null) {
                rewritten.add(value);
            } else {
                require(StoredValues.isReadStrictly(config, value), () -> at.get() + "nobody can rewrite " + value);
                rewritten.add(current);
            }
        }
        present.clear();
        present.addAll(rewritten);
        lostBefore.clear();
    }

    private void requireAllRead(EncryptionConfig file, Supplier<String> at, String who) {
        for (Value value : present) {
            require(
                    lostBefore.contains(value) || StoredValues.isRead(file, value),
                    () -> at.get() + who + " does not read " + value);
        }
    }

    void requireReads(MergedSite other, String when) {
        for (Value value : other.present) {
            require(
                    StoredValues.isRead(config, value),
                    () -> when + " the " + name + " with\n" + EncryptionPairs.told(config) + "does not read the "
                            + other.name + "'s " + value);
        }
    }

    static void require(boolean condition, Supplier<String> otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise.get());
        }
    }
}

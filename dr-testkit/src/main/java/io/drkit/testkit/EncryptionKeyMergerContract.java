package io.drkit.testkit;

import static io.drkit.testkit.MergedSite.require;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionKeyMerger;
import io.drkit.encryption.MergePlan;
import io.drkit.encryption.MergePlan.Side;
import io.drkit.encryption.MergePlan.Stage;
import io.drkit.keyspace.GroupResource;
import io.drkit.testkit.StoredValues.Value;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link EncryptionKeyMerger} must do, told by a model of kube-apiservers: for random pairs of configurations each plan is carried
 * out, one server after the other, and at no moment may a server meet a value that it does not read for certain. A pair that fails is named by
 * its seed and cut down.
 */
public abstract class EncryptionKeyMergerContract {

    protected abstract EncryptionKeyMerger merger();

    /** How many random pairs are tried. */
    protected int pairs() {
        return 1_000;
    }

    private void forAll(Consumer<EncryptionPairs> laws) {
        LongStream.range(0, pairs())
                .forEach(seed -> EncryptionPairs.random(seed).check(laws, "pair " + seed));
    }

    @Test
    void every_server_reads_every_value_of_its_site_at_every_moment() {
        forAll(pair -> {
            MergePlan plan;
            try {
                plan = merger().plan(pair.primary(), pair.standby());
            } catch (UnsafeToProceedException e) {
                require(pair.hasKms(), () -> "a plan is refused without need: " + e.getMessage());
                return;
            }
            MergedSite primary = new MergedSite("primary", pair.primary());
            MergedSite standby = new MergedSite("standby", pair.standby());
            for (Stage stage : plan.stages()) {
                (stage.site() == Side.PRIMARY ? primary : standby).carryOut(stage);
                requireTrueWords(stage, primary, standby);
            }
            primary.requireReads(standby, "at the end");
            standby.requireReads(primary, "at the end");
            require(
                    merger().plan(primary.config(), standby.config()).stages().isEmpty(),
                    () -> "a second plan has stages, from\n" + new EncryptionPairs(primary.config(), standby.config()));
        });
    }

    private static void requireTrueWords(Stage stage, MergedSite primary, MergedSite standby) {
        for (String words : stage.reads()) {
            if (words.endsWith(" and all of the standby's.")) {
                primary.requireReads(standby, "though stage " + stage.n() + " says so,");
            } else if (words.endsWith(" and all of the primary's.")) {
                standby.requireReads(primary, "though stage " + stage.n() + " says so,");
            }
        }
    }

    @Test
    void one_file_for_both_sites_reads_everything_of_both_or_is_refused() {
        forAll(pair -> {
            EncryptionConfig merged;
            try {
                merged = merger().merge(pair.primary(), pair.standby());
            } catch (UnsafeToProceedException e) {
                return;
            }
            for (EncryptionConfig site : new EncryptionConfig[] {pair.primary(), pair.standby()}) {
                for (Value value : StoredValues.readWith(site)) {
                    require(
                            StoredValues.isRead(merged, value),
                            () -> "not read: " + value + ", by\n" + EncryptionPairs.told(merged));
                }
            }
            require(
                    StoredValues.clashes(merged).isEmpty(),
                    () -> "keys of one name in\n" + EncryptionPairs.told(merged));
            for (GroupResource resource : StoredValues.RESOURCES) {
                Value before = StoredValues.written(pair.primary(), resource);
                require(
                        before.isPlain()
                                || StoredValues.written(merged, resource).equals(before),
                        () -> "no longer written by " + before);
            }
        });
    }

    @Test
    void one_file_for_both_sites_is_refused_only_where_two_keys_have_one_name() {
        forAll(pair -> {
            try {
                merger().merge(pair.primary(), pair.standby());
            } catch (UnsafeToProceedException e) {
                require(
                        pair.hasKms()
                                || merger().plan(pair.primary(), pair.standby()).stages().stream()
                                        .anyMatch(stage -> stage.then().contains(MergePlan.Action.REWRITE)),
                        () -> "refused, though no key has to be given up: " + e.getMessage());
            }
        });
    }

    @Test
    void merging_again_changes_nothing() {
        forAll(pair -> {
            EncryptionConfig merged;
            try {
                merged = merger().merge(pair.primary(), pair.standby());
            } catch (UnsafeToProceedException e) {
                return;
            }
            requireSame(merged, merger().merge(merged, pair.primary()));
            requireSame(merged, merger().merge(merged, pair.standby()));
            requireSame(merged, merger().merge(pair.primary(), merged));
            requireSame(merged, merger().merge(merged, merged));
        });
    }

    private static void requireSame(EncryptionConfig merged, EncryptionConfig again) {
        require(
                merged.equals(again),
                () -> "merged\n" + EncryptionPairs.told(merged) + "became\n" + EncryptionPairs.told(again));
    }
}

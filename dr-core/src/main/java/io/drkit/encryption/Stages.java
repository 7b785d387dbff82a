package io.drkit.encryption;

import io.drkit.encryption.MergePlan.Action;
import io.drkit.encryption.MergePlan.Side;
import io.drkit.encryption.MergePlan.Stage;
import io.drkit.encryption.ProviderLists.Slot;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The stages of a plan as they are found, and what each site has by then. A stage that changes nothing is none. */
final class Stages {

    private final Map<Side, EncryptionConfig> now = new EnumMap<>(Side.class);
    private final List<Stage> stages = new ArrayList<>();

    Stages(EncryptionConfig primary, EncryptionConfig standby) {
        now.put(Side.PRIMARY, primary);
        now.put(Side.STANDBY, standby);
    }

    EncryptionConfig of(Side side) {
        return Objects.requireNonNull(now.get(side));
    }

    List<Stage> all() {
        return stages;
    }

    void install(Side side, EncryptionConfig config, String purpose) {
        if (!config.equals(of(side))) {
            add(side, config, List.of(Action.RESTART, Action.VERIFY), purpose);
        }
    }

    /** Also where the file stays as it is: what it no longer writes with may still be there. */
    void rewrite(Side side, EncryptionConfig config, String purpose) {
        List<Action> then = config.equals(of(side))
                ? List.of(Action.REWRITE, Action.VERIFY)
                : List.of(Action.RESTART, Action.REWRITE, Action.VERIFY);
        add(side, config, then, purpose);
    }

    private void add(Side side, EncryptionConfig config, List<Action> then, String purpose) {
        now.put(side, config);
        List<String> reads = List.of(reads(Side.PRIMARY, Side.STANDBY), reads(Side.STANDBY, Side.PRIMARY));
        stages.add(new Stage(stages.size() + 1, side, config, then, purpose, reads));
    }

    private String reads(Side reader, Side writer) {
        Set<Slot> mistaken = ReadingAlong.clashesWithin(of(reader));
        Set<Object> missing = ReadingAlong.missing(of(reader), of(writer));
        return "The " + reader + " reads all of its own"
                + (mistaken.isEmpty() ? "" : ", but may take for each other what is under " + mistaken)
                + (missing.isEmpty()
                        ? " and all of the " + writer + "'s."
                        : "; of the " + writer + "'s not yet all that is under " + missing + ".");
    }
}

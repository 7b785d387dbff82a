package io.drkit.simulation;

import io.drkit.Ticker;
import io.drkit.keyspace.MirrorScope;
import io.drkit.mirror.MirrorOptions;
import java.time.Clock;
import java.time.Duration;

/**
 * What kind of history a seed tells. Not every history has everything: what is rare where all happens at once is common where little else does.
 *
 * @param plot what is to happen, beside chance
 * @param obsession what happens all the time
 * @param points how long chance rules
 * @param faults how often messages come to harm, of a thousand
 * @param events how often something else happens at a point, of a thousand
 * @param mirrors how many mirrors there may be at once
 * @param living whether the standby's control plane is alive
 * @param standard what counts there
 * @param fight whether something there wants a key otherwise all the time
 * @param corrections how often a key is put right there within {@code correctionSeconds}
 */
record Profile(
        Plot plot,
        Obsession obsession,
        int points,
        int faults,
        int events,
        int mirrors,
        int keys,
        int pageSize,
        int transactionBytes,
        int watchBatch,
        boolean untrustedProgress,
        boolean compaction,
        boolean strangers,
        boolean crashes,
        boolean cuts,
        boolean largeValues,
        boolean requestLimit,
        boolean unawareHolders,
        boolean clockJumps,
        boolean living,
        LivingScope.Standard standard,
        boolean fight,
        int corrections,
        int correctionSeconds) {

    /** What a history leads to. */
    enum Plot {
        MIRROR,
        /** The standby is promoted, and the old primary, which wrote on, becomes its standby. */
        SWAP,
        /** The primary is restored from a snapshot: to be refused. */
        RESTORE,
        /** Most of the primary's keys are deleted: to be refused. */
        MASS_DELETION
    }

    /** A kind of happening that pushes itself to the fore. */
    enum Obsession {
        NONE(0, 0),
        COMPACTIONS(60, 400),
        ENDS(66, 150);

        /** As {@link Happenings#happen} draws it. */
        final int kind;

        final int permille;

        Obsession(int kind, int permille) {
            this.kind = kind;
            this.permille = permille;
        }
    }

    /** What a site takes in one transaction, where there is a limit; a large value is larger. */
    static final int REQUEST_LIMIT = 2500;

    static final int LARGE_VALUE = 3000;
    static final int SHRINK_FLOOR = 3;
    static final Duration SHRINK_WINDOW = Duration.ofSeconds(2);

    static Profile draw(Dice dice) {
        Plot plot = dice.chance(600)
                ? Plot.MIRROR
                : dice.chance(500) ? Plot.SWAP : dice.chance(600) ? Plot.RESTORE : Plot.MASS_DELETION;
        Obsession obsession =
                dice.chance(700) ? Obsession.NONE : dice.chance(500) ? Obsession.COMPACTIONS : Obsession.ENDS;
        return new Profile(
                plot,
                obsession,
                100 + dice.below(500),
                dice.chance(250) ? 0 : 200 + dice.below(1800),
                100 + dice.below(300),
                dice.chance(300) ? 2 : 1,
                3 + dice.below(25),
                1 + dice.below(10),
                dice.chance(500) ? 1 << 20 : 1 + dice.below(200),
                1 + dice.below(4),
                dice.chance(300),
                obsession == Obsession.COMPACTIONS || dice.chance(500),
                dice.chance(500),
                obsession == Obsession.ENDS || dice.chance(600),
                dice.chance(400),
                dice.chance(150),
                dice.chance(300),
                dice.chance(300),
                dice.chance(200),
                dice.chance(333),
                standard(dice),
                dice.chance(300),
                1 + dice.below(3),
                2 + dice.below(10));
    }

    private static LivingScope.Standard standard(Dice dice) {
        return dice.chance(333)
                ? LivingScope.Standard.WHOLE
                : dice.chance(500) ? LivingScope.Standard.KUBERNETES : LivingScope.Standard.WITHOUT_FOREIGN_OWNERS;
    }

    /** What else deletes keys of a living standby would have to be told from a mass deletion. */
    @Override
    public Plot plot() {
        return living && plot == Plot.MASS_DELETION ? Plot.MIRROR : plot;
    }

    MirrorScope scope() {
        return living ? new LivingScope(standard) : MirrorScope.all();
    }

    /** Whether there is a reason to apply a revision in parts. */
    boolean maySplit() {
        return transactionBytes < 1 << 20 || requestLimit;
    }

    MirrorOptions options(Clock clock, Ticker ticker) {
        return MirrorOptions.builder()
                .pageSize(pageSize)
                .maxTransactionBytes(transactionBytes)
                .maxShrink(plot() == Plot.MASS_DELETION ? 0.3 : 1)
                .shrinkFloor(SHRINK_FLOOR)
                .shrinkWindow(SHRINK_WINDOW)
                .corrections(corrections)
                .correctionWindow(Duration.ofSeconds(correctionSeconds))
                .maxBackoff(Duration.ofSeconds(1))
                .clock(clock)
                .ticker(ticker)
                .build();
    }
}

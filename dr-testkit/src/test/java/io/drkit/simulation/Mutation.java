package io.drkit.simulation;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One thing that keeps a promise, taken out on purpose: the simulation must notice. Not here is what it takes very many histories to miss, and
 * what something else keeps as well: those have tests of their own.
 *
 * @param name what is not done any more
 * @param file the source, below {@code io/drkit}
 * @param text occurs in it exactly once
 * @param replacement stands there instead
 * @param where what the kinds of history contain in which it shows; all do if this is empty
 * @param rare whether it takes a thousand histories or more, which not every build can afford
 */
record Mutation(String name, String file, String text, String replacement, String where, boolean rare) {

    Mutation(String name, String file, String text, String replacement) {
        this(name, file, text, replacement, "", false);
    }

    private Mutation where(String where) {
        return new Mutation(name, file, text, replacement, where, rare);
    }

    private Mutation seldomShown() {
        return new Mutation(name, file, text, replacement, where, true);
    }

    /** Whether it may show in a history of this kind. */
    boolean shows(String kind) {
        return Pattern.compile(where).matcher(kind).find();
    }

    private static final String LIVING = "living=true";

    static final List<Mutation> ALL = List.of(
            new Mutation(
                            "writes are not guarded by the lock",
                            "mirror/StandbyWriter",
                            "guards.add(Guard.unchanged(DrKitKeys.LOCK, lockRevision));",
                            "")
                    .where("plot=MIRROR.*crashes=true.*unawareHolders=true.*living=false")
                    .seldomShown(),
            new Mutation(
                    "writes are not guarded by the role",
                    "mirror/StandbyWriter",
                    "guards.add(Guard.unchanged(DrKitKeys.ROLE, roleModRevision));",
                    ""),
            new Mutation(
                            "writes are not guarded by the checkpoint's version",
                            "mirror/MirrorRecord",
                            "return List.of(new Guard(DrKitKeys.checkpoint(name), Field.VERSION, version));",
                            "return List.of();")
                    .where("living=false")
                    .seldomShown(),
            new Mutation("a change's own guard is left out", "mirror/StandbyWriter", "guards.add(change.guard());", ""),
            new Mutation(
                            "the lock is taken without a look at the role",
                            "mirror/MirrorLock",
                            "return write(List.of(Guard.absent(DrKitKeys.LOCK), sameRole), granted);",
                            "return write(List.of(Guard.absent(DrKitKeys.LOCK)), granted);")
                    .where("plot=SWAP.*mirrors=2.*crashes=true.*living=false")
                    .seldomShown(),
            new Mutation(
                    "the watch begins a revision late",
                    "mirror/MirrorRun",
                    "source.watch(scope.range(), revision + 1)",
                    "source.watch(scope.range(), revision + 2)"),
            new Mutation(
                    "revisions that come in parts are not put together",
                    "mirror/Tail",
                    "if (!signal.continued()) {",
                    "if (true) {"),
            new Mutation(
                    "a revision in parts is not announced",
                    "mirror/StandbyWriter",
                    "return checkpoint().partialTo(next.revision());",
                    "return checkpoint();"),
            new Mutation(
                            "a copy goes on before parts are whole",
                            "mirror/MirrorRun",
                            "!copy.isComplete() && tail.isWhole()",
                            "!copy.isComplete()")
                    .where(
                            "plot=MIRROR, obsession=NONE.*faults=[1-9]\\d{3}.*pageSize=[34], transactionBytes=\\d{1,2},.*cuts=false.*living=false")
                    .seldomShown(),
            new Mutation(
                    "a split moves the checkpoint at once",
                    "mirror/StandbyWriter",
                    "writeOne(part, onTheWayTo(next))",
                    "writeOne(part, next)"),
            new Mutation(
                    "what was not copied yet is not left to the copy, but what was is",
                    "mirror/Copy",
                    "return copiedTo == null || key.compareTo(copiedTo) < 0;",
                    "return copiedTo == null;"),
            new Mutation(
                    "pages are read at the newest revision",
                    "mirror/Copy",
                    "source.fetch(RangeRequest.of(rest, revision, limit))",
                    "source.fetch(RangeRequest.of(rest, 0, limit))"),
            new Mutation("what a window wrote is forgotten", "mirror/StandbyWriter", "record.windowed(revisions);", ""),
            new Mutation(
                    "what a killed run's window wrote is not read",
                    "mirror/MirrorRecord",
                    ".filter(revision -> revision > stored.modRevision())",
                    ".filter(revision -> false)"),
            new Mutation(
                    "what a window could not do is not done",
                    "mirror/Copy",
                    "window, again);\n            again.addAll(undone(window));",
                    "window, again);\n            undone(window);"),
            new Mutation(
                    "the gaps between the mirror's revisions are not noted",
                    "mirror/ForeignRevisions",
                    "intervals.put(accounted + 1, revision - 1);",
                    ""),
            new Mutation(
                    "a restarted mirror takes all that was written since for its own",
                    "mirror/ForeignRevisions",
                    "new ForeignRevisions(accountedByCheckpoint)",
                    "new ForeignRevisions(checkpointRevision)"),
            new Mutation(
                    "the mark of a stranger is ignored",
                    "mirror/Strangers",
                    "return mark != null && mark.createRevision() == entry.createRevision();",
                    "return false;"),
            new Mutation(
                    "the mark of a stranger outlives it",
                    "mirror/SettingAside",
                    "change = change.and(strangers.unmark(existing.key()));\n        }\n        boolean",
                    "}\n        boolean"),
            new Mutation("marks made by this run are not looked for", "mirror/Strangers", "count++;", "")
                    .where("plot=MIRROR, obsession=COMPACTIONS.*strangers=true.*living=false")
                    .seldomShown(),
            new Mutation(
                    "a deletion in a copy takes strangers' keys along",
                    "mirror/Differences",
                    "boolean stranger = strangers.isStranger(existing, mark) || only;",
                    "boolean stranger = false;"),
            new Mutation(
                    "an old primary's lost writes are not set aside",
                    "mirror/SettingAside",
                    "return everyDeletion.getAsBoolean() || isForeign(existing, mark) ? change.and(setAside(existing)) : change;",
                    "return change;"),
            new Mutation(
                    "what is overwritten is not set aside",
                    "mirror/SettingAside",
                    "return losesForeignValue ? change.and(setAside(existing)) : change;",
                    "return change;"),
            new Mutation(
                            "the length of the primary's log is ignored",
                            "mirror/History",
                            "if (status.logIndex() != 0 && status.logIndex() < checkpoint.logIndex()) {",
                            "if (false) {")
                    .where("plot=RESTORE"),
            new Mutation(
                            "a primary with another history is followed",
                            "mirror/MirrorRun",
                            "throw History.refusal(source, text);",
                            "")
                    .where("plot=RESTORE"),
            new Mutation(
                            "a mass deletion is followed while streaming",
                            "mirror/ShrinkGuard",
                            "if (!isTooMuch(keysAtWindowStart, keysAtWindowStart - vanished)) {",
                            "if (true) {")
                    .where("plot=MASS_DELETION"),
            new Mutation(
                            "a mass deletion is followed by a copy",
                            "mirror/ShrinkGuard",
                            "if (isTooMuch(before, after)) {",
                            "if (false) {")
                    .where("plot=MASS_DELETION.*compaction=true.*cuts=true"),
            new Mutation(
                    "leased keys are mirrored",
                    "mirror/Differences",
                    "return scope.holds(entry) || (!entry.leased() && scope.isUndecidable(entry));",
                    "return true;"),
            new Mutation(
                    "an answer that never came is taken for a yes",
                    "mirror/Window",
                    "trouble = trouble == null || e instanceof OutcomeUnknownException ? e : trouble;",
                    ""),
            new Mutation(
                            "an alive watch that says nothing is waited for without end",
                            "mirror/Vigil",
                            "if (asked != null && time - asked > silence) {",
                            "if (false) {")
                    .where("cuts=true")
                    .seldomShown(),
            new Mutation(
                    "a full standby ends the mirror",
                    "mirror/DefaultMirrorSession",
                    "meanwhile = retryAfter(e, State.STANDBY_FULL);",
                    "throw e;"),
            new Mutation(
                            "an untrusted silence is taken for a proof",
                            "mirror/QuietProof",
                            "return page.entries().isEmpty() && page.count() == keys",
                            "return true")
                    .where("untrustedProgress=true"),
            new Mutation(
                            "the lag is told from when the answer came",
                            "mirror/MirrorRun",
                            "progress.sourceSeen(revision, asked);",
                            "progress.sourceSeen(revision, ticker.nanoTime());")
                    .where("plot=MIRROR.*living=false")
                    .seldomShown(),
            new Mutation(
                    "what is about to be applied is told to be",
                    "mirror/Tail",
                    "List<Net> nets = List.copyOf(batch.values());\n        Witness",
                    "progress.reached(batchRevision, true);\n        List<Net> nets = List.copyOf(batch.values());\n        Witness"),
            new Mutation(
                    "a refused value's key is not told",
                    "mirror/StandbyWriter",
                    "CommitResult result = commit(List.of(skipped.add(change)), next);",
                    "CommitResult result = commit(List.of(), next);"),
            new Mutation(
                            "what others change on a living standby is not put right",
                            "mirror/Keeper",
                            "if (!due.isEmpty()) {",
                            "if (false) {")
                    .where("living=true"),
            new Mutation(
                            "what others wrote before a copy is settled before the copy saw it",
                            "mirror/Keeper",
                            "if (writer.checkpoint().isComplete()) {",
                            "if (true) {")
                    .where("strangers=true.*living=true"),
            new Mutation(
                            "an object goes without any of its owners",
                            "mirror/FamilyOrder",
                            "if (owned) {",
                            "if (true) {")
                    .where("living=true"),
            new Mutation(
                            "what was pulled ahead and is gone since stays",
                            "mirror/Copy",
                            "again.addAll(pulled.keySet());",
                            "")
                    .where("living=true"),
            new Mutation(
                            "what must not be overwritten is",
                            "mirror/Differences",
                            "if (objection.isPresent()) {\n            return leave(",
                            "if (false) {\n            return leave(")
                    .where("living=true"),
            new Mutation(
                            "a fight never ends",
                            "mirror/Contention",
                            "&& fight.corrections >= options.corrections()",
                            "&& false")
                    .where("living=true.*fight=true")
                    .seldomShown(),
            new Mutation(
                    "the checker compares the newest of both sides",
                    "consistency/DefaultConsistencyChecker",
                    "compare(scope, level, settling::pins);",
                    "compare(scope, level, () -> new Pins(0, 0));"),
            new Mutation(
                            "the watch of a living standby begins with what is written from now on",
                            "mirror/Keeper",
                            "standby.watch(scope.range(), from)",
                            "standby.watch(scope.range(), standby.revision() + 1)")
                    .where(LIVING),
            new Mutation(
                            "the books are settled before what others wrote was looked into",
                            "mirror/Keeper",
                            "suspects.values().stream().mapToLong(Long::longValue).min().orElse(seen + 1) - 1;",
                            "seen;")
                    .where(LIVING)
                    .seldomShown(),
            new Mutation(
                            "what others wrote counts as set aside before",
                            "mirror/Contention",
                            "return before != null && desired.isEqual(before, existing.value());",
                            "return true;")
                    .where(LIVING),
            new Mutation(
                            "what others have under a key that is left alone is forgotten to be theirs",
                            "mirror/SkippedKeys",
                            "return text != null && Reason.of(text) != Reason.REFUSED;",
                            "return false;")
                    .where(LIVING)
                    .seldomShown(),
            new Mutation(
                            "what the standby has of its own, out of the scope, is overwritten",
                            "mirror/Differences",
                            "if (!comparable && !existing.leased()) {",
                            "if (false) {")
                    .where(LIVING),
            new Mutation(
                            "a key of which nobody can tell whether it is in scope is written",
                            "mirror/Differences",
                            "if (isUndecidable(wanted)) {",
                            "if (false) {")
                    .where(LIVING),
            new Mutation(
                            "what the standby has of its own, out of scope for now, is not marked",
                            "mirror/Differences",
                            "boolean concerns = scope.holds(existing) || Strangers.mayBeHeld(scope, existing);",
                            "boolean concerns = scope.holds(existing);")
                    .where(LIVING)
                    .seldomShown(),
            new Mutation(
                            "what changes ahead of the copy is remembered as it was",
                            "mirror/Tail",
                            "order.changed(event);",
                            "")
                    .where("living=true"),
            new Mutation("parents do not go first", "mirror/FamilyOrder", "if (next != null) {", "if (false) {")
                    .where("pageSize=\\d+, transactionBytes=\\d{1,3},.*living=true"),
            new Mutation(
                            "a family that no transaction takes is sent at once",
                            "mirror/Window",
                            "sendOne(part.changes());\n                land(0);",
                            "sendOne(part.changes());")
                    .where("pageSize=\\d+, transactionBytes=\\d{1,3},.*living=true"),
            new Mutation(
                            "what was pulled ahead and not written is forgotten",
                            "mirror/Copy",
                            "keys.forEach(order::doubt);",
                            "")
                    .where(LIVING),
            new Mutation(
                            "what waits for the end of a copy is forgotten",
                            "mirror/Copy",
                            "settleDeferred(tail.position());",
                            "")
                    .where(LIVING),
            new Mutation(
                            "a service waits for ever for an address that is free again",
                            "mirror/Keeper",
                            "addresses.lookAgain();",
                            "")
                    .where("keys=(1[3-9]|2\\d),.*strangers=true.*living=true"));
}

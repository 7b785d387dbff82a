package io.drkit.mirror;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.WatchEvent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** In which order, and what together, the standby is given. */
interface WriteOrder {

    /** As it comes: for a standby whose control plane is stopped. */
    WriteOrder AS_IT_COMES = new WriteOrder() {
        @Override
        public List<List<Change>> arrange(
                Collection<Change> changes, Map<Bytes, KeyValue> wanted, Predicate<Bytes> ahead, boolean whole) {
            return changes.stream().map(List::of).toList();
        }

        @Override
        public boolean restsOnPulled() {
            return false;
        }

        @Override
        public Map<Bytes, Long> arrive(KeyRange part) {
            return Map.of();
        }

        @Override
        public void remember(KeyValue entry) {}

        @Override
        public void doubt(Bytes key) {}

        @Override
        public void changed(WatchEvent event) {}

        @Override
        public Optional<Page> page(KeyRange range, int limit, long revision) {
            return Optional.empty();
        }

        @Override
        public void learn(KeyValue entry) {}

        @Override
        public List<KeyRange> first() {
            return List.of();
        }

        @Override
        public boolean goesFirst(Bytes key) {
            return false;
        }

        @Override
        public long newest() {
            return 0;
        }

        @Override
        public void wasWrong() {}

        @Override
        public void copiedTo(Bytes key) {}

        @Override
        public void copied() {}
    };

    /**
     * Puts changes into groups, each to be written together and in its order. Changes that write no object of the primary stay as they are.
     *
     * @param wanted the primary's entries behind the changes, by key
     * @param ahead which keys were not copied yet, so that they can be pulled
     * @param whole whether what depends on an object that is created is pulled with it
     */
    List<List<Change>> arrange(
            Collection<Change> changes, Map<Bytes, KeyValue> wanted, Predicate<Bytes> ahead, boolean whole);

    /** Whether something was arranged last whose owner was pulled ahead before, and so has to have landed first. */
    boolean restsOnPulled();

    /**
     * What was pulled ahead into a part of the range that the copy has come to, with the revision at which the primary last changed each; 0 where
     * what became of it is not known. It is not ahead any more.
     */
    Map<Bytes, Long> arrive(KeyRange part);

    /** An entry was written, or found to be there, before the copy came to it. */
    void remember(KeyValue entry);

    /** Something about {@code key} was not written as it was meant to be. If it is ahead of the copy, what becomes of it is not known any more. */
    void doubt(Bytes key);

    /** To be shown every entry that is about to be mirrored. */
    void learn(KeyValue entry);

    /** To be shown every change of a key that the copy has not come to, once, in the order of revisions. */
    void changed(WatchEvent event);

    /**
     * What the primary held in a range that the copy has not come to, of all that may be in scope, if that is known without asking it.
     *
     * @param revision up to which all changes were shown
     */
    Optional<Page> page(KeyRange range, int limit, long revision);

    /** What is to be copied before anything else. */
    List<KeyRange> first();

    /** Whether {@code key} is of {@link #first}: its changes are applied though the copy has not come to it. */
    boolean goesFirst(Bytes key);

    /** The newest revision of the primary of which anything was written before the copy came to it. */
    long newest();

    /** Something that was arranged could not be written, for the standby is not as was thought. */
    void wasWrong();

    /** All before {@code key} is copied, and will not be asked for again. */
    void copiedTo(Bytes key);

    /** The copy is through; what served it alone can go. */
    void copied();
}

package io.drkit.etcd.snapshot;

import io.drkit.keystore.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * Reads a bbolt database, which etcd keeps its data in, as far as single entries of its buckets are wanted: a few pages each. The format is told in
 * bbolt's {@code internal/common} (page.go, meta.go, bucket.go): pages of a B+tree, little-endian on all machines that etcd supports.
 *
 * <p>For one thread.
 */
final class BoltFile {

    private static final int MAGIC = 0xED0CDAED;
    private static final int VERSION = 2;
    private static final int HEADER = 16;
    private static final int ELEMENT = 16;
    private static final int BRANCH = 0x01;
    private static final int LEAF = 0x02;
    private static final int BUCKET = 0x01;
    private static final int META_BYTES = 64;
    /** Deeper than any tree of pages can be. */
    private static final int DEEPEST = 64;

    private final FileChannel file;
    private final long length;
    private final int pageSize;
    private final long root;

    /** An entry of a bucket. */
    record Entry(Bytes key, Bytes value) {}

    /**
     * @param length how much of the file is the database
     * @throws MalformedException when it is none
     */
    BoltFile(FileChannel file, long length) throws IOException {
        this.file = file;
        this.length = length;
        Meta first = meta(0).orElseThrow(() -> new MalformedException("it does not begin as an etcd database does"));
        Meta meta = meta(first.pageSize())
                .filter(second -> second.transaction() > first.transaction())
                .orElse(first);
        this.pageSize = meta.pageSize();
        this.root = meta.root();
    }

    boolean has(String bucket) throws IOException {
        return top(bucket).isPresent();
    }

    /** The entry of that key, in the bucket of that name. */
    Optional<Entry> find(String bucket, String key) throws IOException {
        Optional<Page> top = top(bucket);
        return top.isPresent()
                ? top.get()
                        .find(Bytes.utf8(key))
                        .filter(found -> !found.isBucket())
                        .map(Found::entry)
                : Optional.empty();
    }

    /**
     * The entry at about that share of the way through a bucket: 0 is the first, 1 the last. Empty where the bucket is, or is missing.
     *
     * @param share from 0 to 1
     */
    Optional<Entry> at(String bucket, double share) throws IOException {
        Optional<Page> top = top(bucket);
        return top.isPresent() ? top.get().at(share) : Optional.empty();
    }

    private Optional<Page> top(String bucket) throws IOException {
        Optional<Found> found = page(root).find(Bytes.utf8(bucket)).filter(Found::isBucket);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        byte[] header = found.get().entry().value().unsafeArray();
        require(header.length >= HEADER, "a bucket has no header");
        long page = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getLong();
        // A small bucket lies within its own entry.
        return Optional.of(
                page == 0
                        ? new Page(ByteBuffer.wrap(header, HEADER, header.length - HEADER)
                                .slice()
                                .order(ByteOrder.LITTLE_ENDIAN))
                        : page(page));
    }

    private Page page(long number) throws IOException {
        ByteBuffer header = read(number * pageSize, HEADER);
        long bytes = (header.getInt(12) + 1L) * pageSize;
        require(bytes > 0 && bytes <= Integer.MAX_VALUE, "a page is too large");
        return new Page(read(number * pageSize, (int) bytes));
    }

    private ByteBuffer read(long position, int bytes) throws IOException {
        require(position >= 0 && position + bytes <= length, "a page lies beyond its end");
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, position + buffer.position()) < 0) {
                throw new MalformedException("it ends within a page");
            }
        }
        return buffer.flip();
    }

    private record Meta(int pageSize, long root, long transaction) {}

    private Optional<Meta> meta(long position) throws IOException {
        if (position + HEADER + META_BYTES > length) {
            return Optional.empty();
        }
        ByteBuffer page = read(position + HEADER, META_BYTES);
        Meta meta = new Meta(page.getInt(8), page.getLong(16), page.getLong(48));
        boolean right = page.getInt(0) == MAGIC
                && page.getInt(4) == VERSION
                && page.getLong(56) == fnv(page, 56)
                && meta.pageSize() >= 512;
        return right ? Optional.of(meta) : Optional.empty();
    }

    /** FNV-1a of 64 bits, as bbolt guards a meta page. */
    private static long fnv(ByteBuffer bytes, int count) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < count; i++) {
            hash = (hash ^ (bytes.get(i) & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }

    private record Found(Entry entry, boolean isBucket) {}

    /** A page of the tree, with all that lies below it. */
    private final class Page {

        private final ByteBuffer page;
        private final int count;
        private final boolean branch;

        Page(ByteBuffer page) {
            this.page = page;
            require(page.remaining() >= HEADER, "a page has no header");
            int flags = page.getShort(8);
            this.count = page.getShort(10) & 0xffff;
            this.branch = (flags & BRANCH) != 0;
            require(branch || (flags & LEAF) != 0, "a page is neither branch nor leaf");
            require(HEADER + count * (long) ELEMENT <= page.limit(), "a page holds less than it says");
        }

        Optional<Found> find(Bytes key) throws IOException {
            Page page = this;
            for (int depth = 0; depth < DEEPEST; depth++) {
                int index = page.lastUpTo(key);
                if (index < 0 && !page.branch) {
                    return Optional.empty();
                }
                if (!page.branch) {
                    Found found = page.leaf(index);
                    return Optional.of(found).filter(each -> each.entry().key().equals(key));
                }
                page = page.child(Math.max(0, index));
            }
            throw new MalformedException("its pages go round in a circle");
        }

        Optional<Entry> at(double share) throws IOException {
            Page page = this;
            double rest = share;
            for (int depth = 0; depth < DEEPEST; depth++) {
                if (page.count == 0) {
                    return Optional.empty();
                }
                double place = rest * page.count;
                int index = Math.min(page.count - 1, (int) place);
                rest = Math.min(1, place - index);
                if (!page.branch) {
                    return Optional.of(page.leaf(index).entry());
                }
                page = page.child(index);
            }
            throw new MalformedException("its pages go round in a circle");
        }

        /** The last element whose key is not larger; -1 where there is none. */
        private int lastUpTo(Bytes key) {
            int low = 0;
            int high = count;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (key(middle).compareTo(key) <= 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low - 1;
        }

        private Bytes key(int index) {
            int element = HEADER + index * ELEMENT;
            return branch
                    ? bytes(element + (long) page.getInt(element), page.getInt(element + 4))
                    : bytes(element + (long) page.getInt(element + 4), page.getInt(element + 8));
        }

        private Page child(int index) throws IOException {
            return page(page.getLong(HEADER + index * ELEMENT + 8));
        }

        private Found leaf(int index) {
            int element = HEADER + index * ELEMENT;
            Bytes key = key(index);
            Bytes value = bytes(element + (long) page.getInt(element + 4) + key.size(), page.getInt(element + 12));
            return new Found(new Entry(key, value), (page.getInt(element) & BUCKET) != 0);
        }

        private Bytes bytes(long position, int count) {
            require(count >= 0 && position >= 0 && position + count <= page.limit(), "an entry lies outside its page");
            byte[] bytes = new byte[count];
            page.get((int) position, bytes);
            return Bytes.wrap(bytes);
        }
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new MalformedException(what);
        }
    }

    /** The file is not such a database, or a damaged one; the message says why, as the second half of a sentence. */
    static final class MalformedException extends RuntimeException {

        MalformedException(String what) {
            super(what);
        }
    }
}

package io.drkit.ssh;

import io.drkit.keystore.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a command writes to one of its outputs. What comes before a mark is not the command's: a login script's words, sudo's prompt and lecture.
 */
final class Catch extends OutputStream {

    private static final int PREAMBLE_LIMIT = 64 << 10;

    private final byte[] mark;
    private final int limit;
    private final Runnable news;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean marked;
    private boolean more;

    /**
     * @param mark the line that everything before, and itself, is no part of
     * @param news told after each piece
     */
    Catch(String mark, int limit, Runnable news) {
        this.mark = (mark + "\n").getBytes(StandardCharsets.UTF_8);
        this.limit = limit;
        this.news = news;
    }

    synchronized boolean isMarked() {
        return marked;
    }

    /** What came before the mark, as long as it did not come; what came after it then. */
    synchronized Bytes bytes() {
        return Bytes.wrap(kept.toByteArray());
    }

    synchronized boolean isTruncated() {
        return more;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        synchronized (this) {
            if (marked) {
                keep(bytes, offset, length);
            } else {
                // Mark and preamble are short; the first packet holds both most of the time.
                kept.write(bytes, offset, length);
                byte[] all = kept.toByteArray();
                int at = find(all);
                if (at >= 0) {
                    marked = true;
                    kept.reset();
                    keep(all, at + mark.length, all.length - at - mark.length);
                } else if (all.length > PREAMBLE_LIMIT) {
                    kept.reset();
                    kept.write(all, all.length - PREAMBLE_LIMIT / 2, PREAMBLE_LIMIT / 2);
                }
            }
        }
        news.run();
    }

    private void keep(byte[] bytes, int offset, int length) {
        int room = Math.min(length, limit - kept.size());
        kept.write(bytes, offset, room);
        more |= room < length;
    }

    private int find(byte[] all) {
        for (int at = 0; at + mark.length <= all.length; at++) {
            if (Arrays.equals(all, at, at + mark.length, mark, 0, mark.length)) {
                return at;
            }
        }
        return -1;
    }
}

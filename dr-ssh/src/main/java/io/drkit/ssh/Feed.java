package io.drkit.ssh;

import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** What is read piece by piece as it comes along: a command's standard input, say. What was read is wiped where it is a secret of ours. */
final class Feed extends InputStream {

    private static final class Piece {
        final byte[] bytes;
        final boolean wipe;

        Piece(byte[] bytes, boolean wipe) {
            this.bytes = bytes;
            this.wipe = wipe;
        }
    }

    private final Deque<Piece> pieces = new ArrayDeque<>();
    private int position;
    private boolean ended;

    synchronized void add(byte[] bytes) {
        pieces.add(new Piece(bytes, false));
        notifyAll();
    }

    synchronized void addAndWipe(byte[] bytes) {
        pieces.add(new Piece(bytes, true));
        notifyAll();
    }

    /** Nothing comes any more. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public synchronized int read(byte[] buffer, int offset, int length) {
        while (true) {
            Piece piece = pieces.peek();
            if (piece == null) {
                if (ended) {
                    return -1;
                }
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return -1;
                }
            } else if (position == piece.bytes.length) {
                pieces.remove();
                position = 0;
                if (piece.wipe) {
                    Arrays.fill(piece.bytes, (byte) 0);
                }
            } else {
                int count = Math.min(length, piece.bytes.length - position);
                System.arraycopy(piece.bytes, position, buffer, offset, count);
                position += count;
                return count;
            }
        }
    }

    /** The connection is gone: nothing is read any more. */
    @Override
    public synchronized void close() {
        for (Piece piece : pieces) {
            if (piece.wipe) {
                Arrays.fill(piece.bytes, (byte) 0);
            }
        }
        pieces.clear();
        position = 0;
        end();
    }
}

package io.drkit.ssh;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;

/** Takes a secret from whoever has it, and wipes what is left on the way. */
final class Secrets {

    private Secrets() {}

    /** The secret in UTF-8, and {@code end} after it; to be wiped by the caller. */
    static byte[] ask(Supplier<char[]> secret, String end) {
        char[] text = secret.get();
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(text));
        int length = encoded.remaining();
        byte[] tail = end.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[length + tail.length];
        encoded.get(bytes, 0, length);
        System.arraycopy(tail, 0, bytes, length, tail.length);
        encoded.clear();
        while (encoded.hasRemaining()) {
            encoded.put((byte) 0);
        }
        Arrays.fill(text, '\0');
        return bytes;
    }
}

package io.drkit.dns.rfc2136;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TSIGRecord;

/**
 * One signed message to the server and its signed reply. A reply counts only when its signature is right: dnsjava hands out a forged one without any
 * signature as if nothing were amiss, and {@code isSigned()} is true of it, for it means "was to be signed". Thread-safe.
 */
final class SignedExchange {

    private static final Map<Integer, String> TSIG_ERRORS = Map.of(
            Rcode.BADSIG, "does not accept the signature (BADSIG): the secret of key %s is another there",
            Rcode.BADKEY, "does not know the key %s with this algorithm (BADKEY)",
            Rcode.BADTIME,
                    "does not accept the time of the signature by key %s (BADTIME): one of the two clocks is wrong");

    private final Rfc2136Connection connection;
    private final InetSocketAddress address;
    private final TSIG key;

    SignedExchange(Rfc2136Connection connection) {
        this.connection = connection;
        this.address = new InetSocketAddress(connection.host(), connection.port());
        String algorithm = connection.algorithm();
        SecretKey secret = new SecretKeySpec(connection.secretBytes(), algorithm.replace("hmac-sha", "HmacSHA"));
        this.key =
                new TSIG(TSIG.algorithmToName(algorithm), Wire.name(connection.keyName()), secret, connection.clock());
    }

    /** Asks for one type at one name, without recursion. */
    Message ask(Name name, int type) throws LostReplyException {
        Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
        query.getHeader().unsetFlag(Flags.RD);
        return send(query);
    }

    /** Sends a message once. @return a reply whose signature is right, whatever it says */
    Message send(Message message) throws LostReplyException {
        if (address.isUnresolved()) {
            throw new LostReplyException("has no address: its name is not known here", null);
        }
        SimpleResolver resolver = new SimpleResolver(address);
        resolver.setTCP(true);
        resolver.setIoClientFactory(new OneShotTcp());
        resolver.setTSIGKey(key);
        resolver.setTimeout(connection.deadline());
        Message reply = reply(resolver, message);
        TSIGRecord signature = reply.getTSIG();
        String refusal = signature == null ? null : TSIG_ERRORS.get(signature.getError());
        if (refusal != null) {
            throw new LostReplyException(refusal.formatted(connection.keyName()), null);
        }
        if (!reply.isVerified()) {
            throw new LostReplyException(
                    signature == null
                            ? "sent a reply without a signature (" + Rcode.string(reply.getRcode())
                                    + "): it is forged, or the server does not know key " + connection.keyName()
                            : "sent a reply whose signature by key " + connection.keyName()
                                    + " is wrong: it is forged, or the " + "secret or the clock is another there",
                    null);
        }
        return reply;
    }

    private static Message reply(SimpleResolver resolver, Message message) throws LostReplyException {
        try {
            return resolver.sendAsync(message, Runnable::run)
                    .toCompletableFuture()
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LostReplyException("was not waited for: the call was interrupted", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof CompletionException inner ? inner.getCause() : e.getCause();
            throw new LostReplyException(reason(cause), cause);
        }
    }

    private static String reason(@Nullable Throwable cause) {
        if (cause instanceof ConnectException) {
            return "takes no connection: " + cause.getMessage();
        }
        if (cause instanceof SocketTimeoutException) {
            return "did not answer in time";
        }
        if (cause instanceof ClosedByInterruptException) {
            return "was not waited for: the call was interrupted";
        }
        return cause instanceof IOException ? "did not answer: " + cause : "could not be asked: " + cause;
    }
}

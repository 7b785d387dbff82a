package io.drkit.dns.proof;

import io.drkit.dns.DnsAnswer;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsVantage;
import io.drkit.dns.RecordType;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** A name server that is asked directly, by UDP, and by TCP where the answer is too long: an authoritative server or a resolver. Thread-safe. */
public final class ServerVantage implements DnsVantage {

    private static final int TRIES = 2;

    private final Kind kind;
    private final String name;
    private final InetSocketAddress server;
    private final Duration timeout;

    /**
     * @param kind {@link DnsVantage.Kind#AUTHORITATIVE}, which is asked without recursion and must answer with authority, or a resolver
     * @param name for reports
     * @param server resolved
     * @param timeout of each of two tries, for a datagram may be lost
     */
    public ServerVantage(Kind kind, String name, InetSocketAddress server, Duration timeout) {
        if (server.isUnresolved()) {
            throw new IllegalArgumentException("The name server " + server.getHostString() + " has no address here.");
        }
        this.kind = kind;
        this.name = name;
        this.server = server;
        this.timeout = timeout;
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DnsAnswer ask(DnsName name, RecordType type) throws InterruptedException {
        try {
            Message reply = query(wire(name), number(type));
            int code = reply.getRcode();
            if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
                return new DnsAnswer.None(Rcode.string(code), false);
            }
            if (kind != Kind.AUTHORITATIVE) {
                return new DnsAnswer.Values(values(reply, type), ttl(reply), Optional.empty());
            }
            if (!reply.getHeader().getFlag(Flags.AA)) {
                return new DnsAnswer.None("it does not hold the zone (no authority)", false);
            }
            return new DnsAnswer.Values(values(reply, type), ttl(reply), serial(wire(name)));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof CompletionException inner ? inner.getCause() : e.getCause();
            return new DnsAnswer.None(reason(cause), true);
        }
    }

    private String reason(@Nullable Throwable cause) {
        return cause instanceof SocketTimeoutException
                ? "no answer within " + timeout.multipliedBy(TRIES).toMillis() + " ms"
                : "no answer: " + cause;
    }

    /** The serial that goes with the answers: of the zone that the name is in. */
    private Optional<Long> serial(Name name) throws ExecutionException, InterruptedException {
        Message reply = query(name, Type.SOA);
        List<Record> records = new ArrayList<>(reply.getSection(Section.ANSWER));
        records.addAll(reply.getSection(Section.AUTHORITY));
        return records.stream()
                .filter(record -> record instanceof SOARecord && name.subdomain(record.getName()))
                .map(soa -> ((SOARecord) soa).getSerial())
                .findFirst();
    }

    Message query(Name name, int type) throws ExecutionException, InterruptedException {
        Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
        if (kind == Kind.AUTHORITATIVE) {
            query.getHeader().unsetFlag(Flags.RD);
        }
        SimpleResolver resolver = new SimpleResolver(server);
        resolver.setTimeout(timeout);
        for (int attempt = 1; ; attempt++) {
            try {
                return resolver.sendAsync(query).toCompletableFuture().get();
            } catch (ExecutionException e) {
                if (attempt == TRIES) {
                    throw e;
                }
            }
        }
    }

    /** The values of the type wherever a chain of aliases ends: what a client gets. */
    private static List<String> values(Message reply, RecordType type) {
        return reply.getSection(Section.ANSWER).stream()
                .filter(record -> record.getType() == number(type))
                .map(ServerVantage::value)
                .toList();
    }

    private static String value(Record record) {
        DnsName any = new DnsName("name");
        if (record instanceof ARecord || record instanceof AAAARecord) {
            RecordType type = record instanceof ARecord ? RecordType.A : RecordType.AAAA;
            return DnsRecordSet.of(any, type, Duration.ZERO, record.rdataToString())
                    .values()
                    .get(0);
        }
        return ((CNAMERecord) record).getTarget().toString(true).toLowerCase(Locale.ROOT);
    }

    /** How long the answer may be kept; one that there is none, as long as the zone's SOA says (RFC 2308, section 5). */
    private static Optional<Duration> ttl(Message reply) {
        List<Record> answer = reply.getSection(Section.ANSWER);
        if (!answer.isEmpty()) {
            return answer.stream().map(Record::getTTL).min(Long::compare).map(Duration::ofSeconds);
        }
        return reply.getSection(Section.AUTHORITY).stream()
                .filter(SOARecord.class::isInstance)
                .map(soa -> Math.min(soa.getTTL(), ((SOARecord) soa).getMinimum()))
                .findFirst()
                .map(Duration::ofSeconds);
    }

    static Name wire(DnsName name) {
        try {
            return Name.fromString(name.ascii() + ".");
        } catch (TextParseException e) {
            throw new IllegalArgumentException("'" + name + "' is not a domain name.", e);
        }
    }

    private static int number(RecordType type) {
        return switch (type) {
            case A -> Type.A;
            case AAAA -> Type.AAAA;
            case CNAME -> Type.CNAME;
        };
    }
}

package io.drkit.dns.proof;

import io.drkit.SiteUnreachableException;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsVantage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Finds, through a resolver, which servers hold the zones of some names: by NS records, as resolvers find them. */
public final class AuthoritativeServers {

    private final ServerVantage resolver;
    private final int port;
    private final Duration timeout;

    /**
     * @param resolver that is asked
     * @param port at which the servers found are asked: 53, except in tests
     * @param timeout of each try
     */
    public AuthoritativeServers(InetSocketAddress resolver, int port, Duration timeout) {
        this.resolver = new ServerVantage(DnsVantage.Kind.RESOLVER, resolver.toString(), resolver, timeout);
        this.port = port;
        this.timeout = timeout;
    }

    /**
     * All addresses of all servers of a name's zone; each is one to be asked, for each may lag by itself.
     *
     * @throws SiteUnreachableException when the resolver does not tell
     * @throws InterruptedException when the thread was interrupted
     */
    public List<ServerVantage> of(DnsName name) throws InterruptedException {
        for (Name at = ServerVantage.wire(name); at.labels() > 1; at = new Name(at, 1)) {
            List<ServerVantage> found = new ArrayList<>();
            for (Record record : ask(at, Type.NS)) {
                if (record instanceof NSRecord server && record.getName().equals(at)) {
                    found.addAll(addresses(server.getTarget()));
                }
            }
            if (!found.isEmpty()) {
                return found;
            }
        }
        throw new SiteUnreachableException("The resolver " + resolver.name() + " knows no name server of " + name
                + ": name the authoritative servers instead.");
    }

    /** As {@link #of(DnsName)} for several names, each server with an address once; the zone cuts may differ. */
    public List<ServerVantage> of(Collection<DnsName> names) throws InterruptedException {
        Map<String, ServerVantage> servers = new LinkedHashMap<>();
        for (DnsName name : names) {
            of(name).forEach(server -> servers.putIfAbsent(server.name(), server));
        }
        return List.copyOf(servers.values());
    }

    private List<ServerVantage> addresses(Name server) throws InterruptedException {
        String host = server.toString(true).toLowerCase(Locale.ROOT);
        Set<Record> records = new LinkedHashSet<>(ask(server, Type.A));
        records.addAll(ask(server, Type.AAAA));
        List<ServerVantage> found = new ArrayList<>();
        for (Record record : records) {
            if (record instanceof ARecord || record instanceof AAAARecord) {
                InetAddress address = record instanceof ARecord a ? a.getAddress() : ((AAAARecord) record).getAddress();
                found.add(new ServerVantage(
                        DnsVantage.Kind.AUTHORITATIVE,
                        host + " (" + address.getHostAddress() + ")",
                        new InetSocketAddress(named(address, host), port),
                        timeout));
            }
        }
        if (found.isEmpty()) {
            throw new SiteUnreachableException("The name server " + host + " has no address at the resolver "
                    + resolver.name() + ": name the authoritative servers instead.");
        }
        return found;
    }

    private static InetAddress named(InetAddress address, String host) {
        try {
            return InetAddress.getByAddress(host, address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Record> ask(Name name, int type) throws InterruptedException {
        try {
            Message reply = resolver.query(name, type);
            return reply.getSection(Section.ANSWER);
        } catch (ExecutionException e) {
            throw new SiteUnreachableException(
                    "The resolver " + resolver.name() + " did not answer when asked for the name servers of "
                            + name.toString(true) + ".",
                    e);
        }
    }
}

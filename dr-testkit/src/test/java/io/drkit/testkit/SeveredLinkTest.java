package io.drkit.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A link between a client and a server that echoes. */
@Timeout(60)
class SeveredLinkTest {

    private final AtomicInteger arrived = new AtomicInteger();
    private ServerSocket server;
    private SeveredLink link;

    @BeforeEach
    void startEcho() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread accepting = new Thread(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    Thread echo = new Thread(() -> echo(socket));
                    echo.setDaemon(true);
                    echo.start();
                } catch (IOException e) {
                    return;
                }
            }
        });
        accepting.setDaemon(true);
        accepting.start();
        link = SeveredLink.to("127.0.0.1", server.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        link.close();
        server.close();
    }

    @Test
    void lets_several_connections_through() throws IOException {
        try (Socket one = connect();
                Socket two = connect()) {
            send(one, "one");
            send(two, "two");
            assertThat(receive(two, 3)).isEqualTo("two");
            assertThat(receive(one, 3)).isEqualTo("one");
            assertThat(link.connections()).isEqualTo(2);
            one.shutdownOutput();
            assertThat(one.getInputStream().read()).isEqualTo(-1);
            await().atMost(Duration.ofSeconds(30)).until(() -> link.connections() == 1);
        }
    }

    @Test
    void a_cut_resets_connections_old_and_new_until_it_heals() throws IOException {
        try (Socket old = connect()) {
            send(old, "a");
            assertThat(receive(old, 1)).isEqualTo("a");
            link.cut();
            assertThatThrownBy(() -> old.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        assertThatThrownBy(() -> {
                    try (Socket during = connect()) {
                        send(during, "b");
                        receive(during, 1);
                    }
                })
                .isInstanceOf(IOException.class);
        link.heal();
        try (Socket fresh = connect()) {
            send(fresh, "c");
            assertThat(receive(fresh, 1)).isEqualTo("c");
        }
    }

    @Test
    void silence_leaves_connections_half_open() throws IOException {
        try (Socket old = connect()) {
            send(old, "a");
            assertThat(receive(old, 1)).isEqualTo("a");
            link.silence();
            try (Socket during = connect()) {
                assertUnanswered(old, "b");
                assertUnanswered(during, "c");
                link.heal();
                assertThat(receive(old, 1)).isEqualTo("b");
                assertThat(receive(during, 1)).isEqualTo("c");
            }
        }
    }

    @Test
    void silenced_answers_are_held_back_while_requests_arrive() throws IOException {
        try (Socket old = connect()) {
            link.silenceAnswers();
            try (Socket during = connect()) {
                assertUnanswered(old, "b");
                assertUnanswered(during, "c");
                await().atMost(Duration.ofSeconds(30)).until(() -> arrived.get() == 2);
                link.heal();
                assertThat(receive(old, 1)).isEqualTo("b");
                assertThat(receive(during, 1)).isEqualTo("c");
            }
        }
    }

    @Test
    void a_delay_holds_back_each_way() throws IOException {
        try (Socket socket = connect()) {
            link.delay(Duration.ofMillis(150));
            long start = System.nanoTime();
            send(socket, "a");
            assertThat(receive(socket, 1)).isEqualTo("a");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
    }

    @Test
    void a_throttle_slows_down() throws IOException {
        try (Socket socket = connect()) {
            link.throttle(20_000);
            long start = System.nanoTime();
            send(socket, "x".repeat(10_000));
            assertThat(receive(socket, 10_000)).hasSize(10_000);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
        }
    }

    @Test
    void a_server_that_is_down_resets_the_client() throws IOException {
        try (Socket taken = new Socket()) {
            // Bound and not listening: nobody else can come to answer there.
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SeveredLink toNobody = SeveredLink.to("127.0.0.1", taken.getLocalPort());
                    Socket socket = new Socket(toNobody.host(), toNobody.port())) {
                socket.setSoTimeout(10_000);
                assertThatThrownBy(() -> {
                            if (socket.getInputStream().read() < 0) {
                                throw new SocketException("ended in order");
                            }
                        })
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
            }
        }
    }

    @Test
    void ends_everything_when_closed() throws IOException {
        try (Socket socket = connect()) {
            send(socket, "a");
            assertThat(receive(socket, 1)).isEqualTo("a");
            link.close();
            link.close();
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(link.host(), link.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void assertUnanswered(Socket socket, String text) throws IOException {
        send(socket, text);
        socket.setSoTimeout(200);
        assertThatThrownBy(() -> receive(socket, 1)).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(10_000);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    private static String receive(Socket socket, int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), UTF_8);
    }

    private void echo(Socket socket) {
        try (socket) {
            byte[] buffer = new byte[8_192];
            InputStream in = socket.getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                arrived.addAndGet(count);
                socket.getOutputStream().write(buffer, 0, count);
            }
        } catch (IOException e) {
            // the link was cut
        }
    }
}

package io.drkit.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses that go into rules: literals in one spelling, and nothing else. */
class AddressRangeTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "10.0.0.1/32, 10.0.0.1",
        "10.0.0.0/24, 10.0.0.0/24",
        "128.0.0.0/1, 128.0.0.0/1",
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8::/64, 2001:db8::/64",
        "::1, ::1",
        "1:0:0:2:3:4:5:6/128, 1::2:3:4:5:6",
        "fd00:1:2:3:4:5:6:7, fd00:1:2:3:4:5:6:7"
    })
    void has_one_spelling(String text, String spelling) {
        AddressRange range = AddressRange.parse(text);
        assertThat(range).hasToString(spelling).isEqualTo(AddressRange.parse(spelling));
        assertThat(range.isV6()).isEqualTo(text.contains(":"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "cafe",
                "10.0.0",
                "10.0.0.256",
                "10.0.0.01",
                "167772161",
                "10.0.0.1 ",
                "10.0.0.1/",
                "10.0.0.1/24",
                "10.0.0.0/33",
                "0.0.0.0/0",
                "::/0",
                "2001:db8::1/64",
                "2001:db8::/129",
                "fe80::1%eth0",
                "::ffff:10.0.0.1",
                ":",
                "1:2",
                "::1::",
                "[::1]",
                "10.0.0.1,10.0.0.2",
                "10.0.0.1; flush ruleset",
                "10.0.0.1\naccept",
                "$(reboot)",
                "!10.0.0.1"
            })
    void refuses_what_is_neither_address_nor_range(String text) {
        assertThatThrownBy(() -> AddressRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void takes_an_address_without_its_name() throws UnknownHostException {
        assertThat(AddressRange.of(InetAddress.getByAddress("cp-1", new byte[] {10, 0, 0, 1})))
                .hasToString("10.0.0.1")
                .isEqualTo(AddressRange.parse("10.0.0.1"));
    }
}

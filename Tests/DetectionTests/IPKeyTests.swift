internal import Events
import Testing

@testable import Detection

struct IPKeyTests {
    @Test(arguments: [
        ("203.0.113.7", "203.0.113.7"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("192.0.2.1:443", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"), ("2001:db8::1", "2001:db8::/64"), ("::1", "::/64"), ("::", "::/64"),
        ("1::", "1::/64"), ("fe80::1%eth0", "fe80::/64"),
        ("[2001:db8::1]:443", "2001:db8::/64"), ("[2001:db8::1]", "2001:db8::/64"), ("[fe80::1%2]:80", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"), ("::FFFF:cb00:7107", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:8080", "203.0.113.7"), ("0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"),
        ("64:ff9b::203.0.113.7", "203.0.113.7"), ("64:ff9b::cb00:7107", "203.0.113.7"),
        ("::203.0.113.7", "203.0.113.7"), ("::ffff:0:203.0.113.7", "203.0.113.7"), ("::0.1.2.3", "::/64"),
        ("64:ff9b:1::203.0.113.7", "203.0.113.7"), ("64:ff9b:1:cb00:71:700::", "203.0.113.7"),
        ("64:ff9b:1:abcd:1:2:203.0.113.7", "203.0.113.7"), ("64:ff9b:2::203.0.113.7", "64:ff9b:2::/64"),
        ("64:ff9b::1:203.0.113.7", "64:ff9b::/64"), ("2002:cb00:7107::1", "203.0.113.7"),
        ("2002:cb00:7107:9:a:b:c:d", "203.0.113.7"), ("2001:0:5ef5:79fb:0:59d:34ff:8ef8", "203.0.113.7"),
        ("2001:1:5ef5:79fb:0:59d:34ff:8ef8", "2001:1:5ef5:79fb::/64"), ("[64:ff9b::203.0.113.7]:443", "203.0.113.7"),
        ("2001:db8:0:0:1:2:3:4", "2001:db8::/64"), ("1:2:3:4:5:6:7::", "1:2:3:4::/64"),
    ])
    func `an address has one key, however it is written`(_ text: String, _ key: String) {
        #expect(IPKey(text)?.text == key)
    }

    @Test(arguments: [
        ("203.0.113.9, 10.0.0.1", "203.0.113.9"), ("203.0.113.9,198.51.100.7", "198.51.100.7"),
        ("6.6.6.6, 203.0.113.9, 127.0.0.1, 192.168.1.1:80", "203.0.113.9"), ("unknown, 203.0.113.9", "203.0.113.9"),
        ("2001:db8::1, fe80::1", "2001:db8::/64"), ("10.0.0.2, 10.0.0.1", "10.0.0.1"),
        (" 203.0.113.9 , ", "203.0.113.9"),
        ("172.32.0.1, 172.31.255.255, 100.64.0.1, fd00::1", "172.32.0.1"),
    ])
    func `a list of addresses is the last client in it that is none of an inner network`(_ text: String, _ key: String)
    {
        #expect(Clients().key(of: text)?.text == key)
        #expect(String(decoding: Clients().name(of: Array(text.utf8)[...]), as: UTF8.self) == key)
    }

    @Test func `a list of nothing is nobody, and forwarders are passed over`() throws {
        for text in [",", "unknown, -", " , ,", "1.2.3, 4"] {
            #expect(Clients().key(of: text) == nil, "\(text)")
            #expect(Clients().name(of: Array(text.utf8)[...]).elementsEqual(text.utf8))
        }
        let list = "6.6.6.6, 203.0.113.9, 198.51.100.7, 10.0.0.1, 198.51.100.8"
        let ours = try Clients(forwarders: [#require(IPNetwork("198.51.100.0/24"))])
        #expect(ours.key(of: list)?.text == "203.0.113.9")
        #expect(Clients().key(of: list)?.text == "198.51.100.8")
        #expect(ours.key(of: "198.51.100.7, 198.51.100.8")?.text == "198.51.100.8")
        #expect(ours.key(of: "198.51.100.8")?.text == "198.51.100.8")
    }

    @Test func `blanks around an address are not its own`() {
        #expect(Clients().key(of: " 203.0.113.7  ")?.text == "203.0.113.7")
        #expect(Clients().name(of: Array("2001:db8::1 ".utf8)[...]).elementsEqual("2001:db8::/64".utf8))
        #expect(Clients().key(of: "203. 0.113.7") == nil)
        #expect(Clients().key(of: "  ") == nil)
    }

    @Test func `a network has a name that is read back, and holds its members`() throws {
        let member = try #require(IPKey("2001:db8:1:2ff::9"))
        let names = member.withNetworks.map(\.text)
        #expect(names == ["2001:db8:1:2ff::/64", "2001:db8:1:200::/56", "2001:db8:1::/48"])
        #expect(names.map { IPKey(named: $0) } == member.withNetworks)
        #expect(IPKey(named: "203.0.113.7")?.text == "203.0.113.7")
        #expect(IPKey(named: "203.0.113.7/56") == nil)
        let network = try #require(IPKey(named: "2001:db8:1:200::/56"))
        #expect(member.belongs(to: [network]))
        #expect(IPKey("2001:db8:1:300::9")?.belongs(to: [network]) == false)
        #expect(IPNetwork("2001:db8::/32")?.contains("2001:db8:1:200::/56") == true)
        #expect(IPNetwork("2001:db8:1:200::/64")?.contains("2001:db8:1:200::/56") == false)
    }

    @Test func `a network of IPv4 is one however it is written, and one that holds all of a translator is no client`()
        throws
    {
        for text in ["203.0.113.0/24", "::ffff:203.0.113.0/120", "64:ff9b::203.0.113.0/120", "2002:cb00:7100::/40"] {
            let network = try #require(IPNetwork(text), "\(text)")
            #expect(network.contains("203.0.113.7") && network.contains("203.0.113.255"))
            #expect(!network.contains("203.0.112.255") && !network.contains("203.0.114.0"))
        }
        #expect(IPNetwork("2002::/16")?.contains("0.0.0.1") == false)
        #expect(IPNetwork("2001:db8::/65") == nil)
        #expect(IPNetwork("203.0.113.0/33") == nil)
        #expect(IPNetwork("::ffff:203.0.113.7")?.contains("203.0.113.7") == true)
        #expect(IPNetwork("::ffff:203.0.113.7")?.contains("203.0.113.8") == false)
    }

    @Test(arguments: [
        "", " ", "-", "unknown", "010.0.0.1", "203.0.113.07", "203.0.113", "203.0.113.7.1", "203.0.113.256",
        "203.0.113.7 ", " 203.0.113.7", "0x7f.0.0.1", "2130706433", "203.0.113.7:",
        "203.0.113.7:65536", "203.0.113.7:x", "203.0.113.7%eth0", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::", "1::2::3", ":::", ":1", "1:", "12345::", "g::1", "::203.0.113.007", "203.0.113.7::",
        "fe80::1%", "[2001:db8::1", "2001:db8::1]", "[203.0.113.7]:80", "[2001:db8::1]443", "[2001:db8::1]:",
        "::ffff:203.0.113", "٢٠٣.٠.١١٣.٧", "\u{0}", "fe80::1%a b",
        String(repeating: "1:", count: 200), "fe80::1%" + String(repeating: "z", count: 200),
    ])
    func `a text that is no address has no key`(_ text: String) {
        #expect(IPKey(text) == nil)
    }

    @Test func `neighbors in one 64 are one client, neighbors outside are not`() {
        #expect(IPKey("2001:db8:0:1::1") == IPKey("2001:db8:0:1:ffff:ffff:ffff:ffff"))
        #expect(IPKey("2001:db8:0:1::1") != IPKey("2001:db8:0:2::1"))
        // The upper half of an IPv6 address may hold the same bits as an IPv4 address.
        #expect(IPKey("0:0:cb00:7107::1")?.bits == IPKey("203.0.113.7")?.bits)
        #expect(IPKey("0:0:cb00:7107::1") != IPKey("203.0.113.7"))
    }
}

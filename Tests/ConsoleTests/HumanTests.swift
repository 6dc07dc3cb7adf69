import Testing

@testable import Console

@Suite struct HumanTests {
    @Test(arguments: [
        (Int64(0), "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_234, "-1,234"), (-999, "-999"),
        (.max, "9,223,372,036,854,775,807"), (.min, "-9,223,372,036,854,775,808"),
    ])
    func `counts have a comma at every third digit`(value: Int64, text: String) {
        #expect(Human.count(value) == text)
    }

    @Test(arguments: [
        (Int64(0), "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (12_345_678, "12.3 MB"), (999_949, "999.9 kB"),
        (999_950, "1.0 MB"), (5_000_000_000, "5.0 GB"), (-1_500, "-1.5 kB"), (.max, "9.2 EB"), (.min, "-9.2 EB"),
    ])
    func `bytes take the largest unit, rounding into the next one`(value: Int64, text: String) {
        #expect(Human.bytes(value) == text)
    }

    @Test(arguments: [
        (0.0, "0/s"), (85.4, "85/s"), (999.6, "1.0 k/s"), (1_200_000, "1.2 M/s"), (612_345, "612.3 k/s"),
        (.nan, "-"), (.infinity, "-"), (-1, "-"), (1e300, "-"),
    ])
    func `rates are per second`(value: Double, text: String) {
        #expect(Human.rate(value) == text)
    }

    @Test func `byte rates carry the unit of bytes`() {
        #expect(Human.byteRate(191_200_000) == "191.2 MB/s")
        #expect(Human.byteRate(.infinity) == "-")
        #expect(Human.byteRate(1e19) == "-")
    }

    @Test(arguments: [
        (Int64(0), "0 s"), (250, "0.25 ms"), (999, "0.99 ms"), (850_000, "850 ms"), (999_600, "1.0 s"),
        (12_340_000, "12.3 s"), (59_960_000, "1 min 00 s"), (302_000_000, "5 min 02 s"),
        (3_599_600_000, "1 h 00 min"), (11_220_000_000, "3 h 07 min"), (86_370_000_000, "1 d 00 h"),
        (183_600_000_000, "2 d 03 h"), (35_596_800_000_000, "412 d"), (-302_000_000, "-5 min 02 s"),
        (.max, "106,751,991 d"), (.min, "-106,751,991 d"),
    ])
    func `spans of time show their two largest units`(microseconds: Int64, text: String) {
        #expect(Human.duration(microseconds: microseconds) == text)
    }

    @Test func `whole seconds have no fraction`() {
        #expect(Human.duration(seconds: 0) == "0 s")
        #expect(Human.duration(seconds: 8) == "8 s")
        #expect(Human.duration(seconds: 125) == "2 min 05 s")
        #expect(Human.duration(seconds: -8) == "-8 s")
        #expect(Human.duration(seconds: .min) == "-106,751,991,167,301 d")
    }

    @Test(
        arguments: [
            (1234.5, 2, "1,234.50"), (0.125, 2, "0.12"), (2.675, 2, "2.67"), (-0.5, 1, "-0.5"), (-0.001, 2, "0.00"),
            (-1234.5, 0, "-1,234"), (1e300, 0, nil), (.nan, 2, "-"), (.infinity, 2, "-"), (1.5, -3, "2"),
        ] as [(Double, Int, String?)])
    func `decimals have the digits that were asked for`(value: Double, digits: Int, text: String?) {
        let result = Human.decimal(value, digits: digits)
        if let text { #expect(result == text) } else { #expect(result.count == 301) }
    }
}

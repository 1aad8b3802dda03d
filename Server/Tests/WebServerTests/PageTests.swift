import Foundation
import HistoryAPI
import Testing
import WebPage

@Suite struct PageTests {
  private static func text(_ name: String) throws -> String {
    String(decoding: try #require(PageFile.all[name]).octets, as: UTF8.self)
  }

  @Test func `the page has less than 100 KB`() {
    let files = PageFile.all.values.filter { $0.name != "openapi.json" }
    #expect(files.count > 5)
    #expect(files.reduce(0) { $0 + $1.octets.count } < 100_000)
  }

  @Test func `nothing of the page is from elsewhere`() throws {
    for file in PageFile.all.values where file.name != "openapi.json" && file.name != "icon.svg" {
      let text = try Self.text(file.name).replacing("http://www.w3.org/2000/svg", with: "")
      #expect(
        !text.contains("http://") && !text.contains("https://") && !text.contains("url("), "\(file.name)")
    }
  }

  @Test func `no text becomes markup or code`() throws {
    let ways = [
      "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc",
      "DOMParser",
      "createContextualFragment", "javascript:",
    ]
    for file in PageFile.all.values where file.name.hasSuffix(".js") {
      let text = try Self.text(file.name)
      for way in ways { #expect(!text.contains(way), "\(file.name): \(way)") }
    }
    let page = try Self.text("index.html")
    #expect(!page.contains("style=") && !page.contains(" on") && page.ranges(of: "<script").count == 1)
  }

  @Test func `the description has the routes and their parameters`() throws {
    let file = try #require(PageFile.all["openapi.json"])
    let description = try #require(
      JSONSerialization.jsonObject(with: Data(file.octets)) as? [String: Any])
    let paths = try #require(description["paths"] as? [String: [String: [String: Any]]])
    let components = try #require(description["components"] as? [String: Any])
    let shared = try #require(components["parameters"] as? [String: [String: Any]])
    #expect(Set(paths.keys) == Set(Route.templates).union(["/api/v1/links"]))
    for template in Route.templates {
      let route = try #require(Route(template.replacing("{id}", with: "2026-11-29.1")))
      let described = try #require(paths[template]?["get"]?["parameters"] as? [[String: Any]])
      let names = described.compactMap { parameter -> String? in
        let whole =
          (parameter["$ref"] as? String).flatMap { shared[String($0.split(separator: "/").last ?? "")] }
          ?? parameter
        return whole["in"] as? String == "query" ? whole["name"] as? String : nil
      }
      #expect(Set(names) == route.parameters, "\(template)")
    }
  }

  @Test(arguments: ["light", "dark"])
  func `every text has the contrast of WCAG AA`(_ theme: String) throws {
    let colours = try Self.colours(theme)
    let backgrounds = ["page", "surface", "raised", "hover", "picked"]
    for text in ["text", "muted", "accent", "good", "warn", "bad"] {
      for background in backgrounds {
        let ratio = try Self.contrast(#require(colours[text]), #require(colours[background]))
        #expect(ratio >= 4.5, "\(theme): \(text) on \(background) has \(ratio)")
      }
    }
    let button = try Self.contrast(#require(colours["on-accent"]), #require(colours["accent"]))
    #expect(button >= 4.5)
    // Edges of fields, and parts of graphics: 3 to 1 (WCAG 1.4.11).
    for background in backgrounds where background != "picked" {
      #expect(
        try Self.contrast(#require(colours["edge"]), #require(colours[background])) > 3, "\(background)")
    }
    for bar in ["bar", "bar-bad"] {
      #expect(try Self.contrast(#require(colours[bar]), #require(colours["surface"])) > 3, "\(bar)")
    }
  }

  /// The custom properties of a theme that are colours.
  private static func colours(_ theme: String) throws -> [String: Int] {
    let style = try text("style.css")
    let start = try #require(style.range(of: theme == "light" ? ":root {" : ":root[data-theme=\"dark\"] {"))
    let block = style[start.upperBound...].prefix { $0 != "}" }
    var colours: [String: Int] = [:]
    for declaration in block.split(separator: ";") {
      let parts = declaration.split(separator: ":")
      guard parts.count == 2, case let value = parts[1].drop(while: { $0 == " " }), value.hasPrefix("#"),
        value.count == 7
      else { continue }
      let name = parts[0].drop { $0 == " " || $0 == "\n" || $0 == "-" }
      colours[String(name)] = Int(value.dropFirst(), radix: 16)
    }
    return colours
  }

  /// WCAG 2.2, "contrast ratio".
  private static func contrast(_ one: Int, _ other: Int) -> Double {
    func luminance(_ colour: Int) -> Double {
      let parts = [16, 8, 0].map { shift -> Double in
        let part = Double(colour >> shift & 0xff) / 255
        return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
    let (light, dark) = (max(luminance(one), luminance(other)), min(luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
  }
}

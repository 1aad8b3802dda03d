import Foundation

/// A private network namespace that has only loopback.
public final class Namespace: Sendable {
  public let name: String
  /// The inode, as in `querent.netns`.
  public let inode: Int
  /// A directory for the test's files, removed with the namespace.
  public let folder: String

  public init() throws {
    name = "querent-test-\(UUID().uuidString.prefix(8).lowercased())"
    folder = NSTemporaryDirectory() + name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try Self.run(["ip", "netns", "add", name])
    try Self.run(["ip", "-n", name, "link", "set", "lo", "up"])
    // `ip netns exec` mounts these over the host's files.
    try FileManager.default.createDirectory(atPath: "/etc/netns/\(name)", withIntermediateDirectories: true)
    try "nameserver 127.0.0.1\n".write(
      toFile: "/etc/netns/\(name)/resolv.conf", atomically: true, encoding: .utf8)
    try "hosts: dns\n".write(toFile: "/etc/netns/\(name)/nsswitch.conf", atomically: true, encoding: .utf8)
    let attributes = try FileManager.default.attributesOfItem(atPath: "/run/netns/\(name)")
    guard let inode = attributes[.systemFileNumber] as? Int else { throw LabError("no inode of \(name)") }
    self.inode = inode
  }

  deinit {
    _ = try? Self.run(["ip", "netns", "delete", name])
    try? FileManager.default.removeItem(atPath: "/etc/netns/\(name)")
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Starts a program in the namespace; the pid is the program's, because `ip` executes it.
  public func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Running {
    try Running(["ip", "netns", "exec", name] + arguments, environment: environment)
  }

  /// Starts a program in the namespace with the host's mounts: `ip netns exec` would hide cgroup v2 from querent.
  public func startWithHostFiles(_ arguments: [String]) throws -> Running {
    try Running(["nsenter", "--net=/run/netns/\(name)"] + arguments)
  }

  /// Runs a Python program in the namespace.
  public func python(_ program: String) throws -> Running { try start(["python3", "-c", program]) }

  /// Writes a file into the directory and returns its path.
  public func file(_ name: String, _ text: String) throws -> String {
    let path = "\(folder)/\(name)"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Starts dnsmasq, on loopback by default, with an address for every name below `example.test`.
  public func startDnsmasq(port: Int = 53, addresses: [String] = ["127.0.0.1", "::1"]) throws -> Running {
    let configuration = try file(
      "dnsmasq-\(port).conf",
      """
      port=\(port)
      no-resolv
      no-hosts
      user=root
      pid-file=
      bind-interfaces
      listen-address=\(addresses.joined(separator: ","))
      address=/example.test/192.0.2.1
      address=/example.test/2001:db8::1
      local=/missing.test/
      """)
    let server = try start([
      "dnsmasq", "--keep-in-foreground", "--log-facility=-", "--conf-file=\(configuration)",
    ])
    try server.waitForError("started")
    return server
  }

  /// Starts dnsmasq on `address`, as a resolver that asks `upstream` for everything that is not in its cache.
  public func startForwarder(address: String = "127.0.0.1", upstream: String) throws -> Running {
    let server = try start([
      "dnsmasq", "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null", "--no-resolv",
      "--no-hosts", "--user=root", "--pid-file=", "--bind-interfaces", "--listen-address=\(address)",
      "--server=\(upstream)",
    ])
    try server.waitForError("started")
    return server
  }

  /// Starts nsd, on loopback by default, with `zone` from zone file text.
  public func startNSD(
    zone: String, _ text: String, addresses: [String] = ["127.0.0.1", "::1"]
  ) throws -> Running {
    let zoneFile = try file("zone", text)
    let configuration = try file(
      "nsd.conf",
      """
      server:
      \(addresses.map { "  ip-address: \($0)@53" }.joined(separator: "\n  "))
        ipv4-edns-size: 4096
        ipv6-edns-size: 4096
        username: ""
        zonesdir: "\(folder)"
        database: ""
        pidfile: "\(folder)/nsd.pid"
        xfrdfile: "\(folder)/xfrd.state"
        zonelistfile: "\(folder)/zone.list"
        xfrdir: "\(folder)"
        verbosity: 2
      remote-control:
        control-enable: no
      zone:
        name: "\(zone)"
        zonefile: "\(zoneFile)"
      """)
    let server = try start(["nsd", "-d", "-c", configuration])
    try server.waitForError("nsd started")
    return server
  }

  @discardableResult
  static func run(_ arguments: [String]) throws -> String {
    let running = try Running(arguments)
    guard running.wait() == 0 else {
      throw LabError("\(arguments.joined(separator: " ")): \(running.errorText)")
    }
    return running.text
  }
}

import Glibc
import JSONDecoding
import TraceModel

/// Reads what container runtimes and Kubernetes store on disk about a container: no socket and no credentials are needed.
///
/// Sources, in this order; each adds what those before it do not say:
/// - Docker: `/var/lib/docker/containers/ID/config.v2.json`
/// - containerd: the OCI bundle `/run/containerd/io.containerd.runtime.v2.task/NAMESPACE/ID/config.json`
/// - CRI-O and Podman: the OCI bundle `…/overlay-containers/ID/userdata/config.json`, and Podman's
///   `/var/lib/containers/storage/overlay-containers/containers.json`; since 4.4 `volatile-containers.json` for those that are
///   removed when they end (`--rm`)
/// - Kubernetes: the links `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log`
struct ContainerMetadata: Sendable {
  private struct Entry: Sendable {
    let metadata: Container.Metadata
    /// The second at which it is read again: a container may be renamed, and some files are written after its start.
    let due: Int
  }

  /// The directory that stands for `/`.
  let root: String
  private let files: any HostFiles
  private var entries: [String: Entry] = [:]

  private static let mostEntries = 4096
  private static let refreshSeconds = 30
  private static let retrySeconds = 1

  init(root: String = "", _ files: any HostFiles = DirectFiles()) {
    self.root = root
    self.files = files
  }

  /// A container with its metadata.
  ///
  /// - Parameter now: seconds of any monotonic clock.
  mutating func complete(_ container: Container, now: Int) -> Container {
    if let entry = entries[container.id], now < entry.due {
      return Container(id: container.id, runtime: container.runtime, entry.metadata)
    }
    let metadata = read(container.id)
    if entries.count >= Self.mostEntries { entries.removeAll() }
    let pause = metadata.isComplete ? Self.refreshSeconds : Self.retrySeconds
    entries[container.id] = Entry(metadata: metadata, due: now + pause)
    return Container(id: container.id, runtime: container.runtime, metadata)
  }

  private func read(_ id: String) -> Container.Metadata {
    // The id becomes a part of paths. LXC and systemd-nspawn have names instead.
    guard id.utf8.count == 64,
      id.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return Container.Metadata(name: id) }
    var metadata = docker(id) ?? Container.Metadata()
    for bundle in bundles(of: id) {
      guard let annotations = json(bundle + "/config.json")?["annotations"] else { continue }
      metadata.add(Container.Metadata(annotations: annotations))
      break
    }
    if !metadata.isComplete, let stored = podman(id) { metadata.add(stored) }
    if metadata.pod == nil, let logged = logLink(id) { metadata.add(logged) }
    return metadata
  }

  private func docker(_ id: String) -> Container.Metadata? {
    guard let file = json("/var/lib/docker/containers/\(id)/config.v2.json") else { return nil }
    let labels = file["Config"]?["Labels"]
    let name = file["Name"]?.name.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
    return Container.Metadata(
      name: labels?["io.kubernetes.container.name"]?.name ?? name, image: file["Config"]?["Image"]?.name,
      pod: labels?["io.kubernetes.pod.name"]?.name, namespace: labels?["io.kubernetes.pod.namespace"]?.name)
  }

  /// The directories in which a runtime may have the container's OCI configuration.
  private func bundles(of id: String) -> [String] {
    let tasks = "/run/containerd/io.containerd.runtime.v2.task"
    let namespaces = files.names(in: root + tasks).map { "\(tasks)/\($0)/\(id)" }
    return namespaces + Self.storages.map { "\($0)/overlay-containers/\(id)/userdata" }
  }

  /// The second has what outlives the host's next start.
  private static let storages = ["/run/containers/storage", "/var/lib/containers/storage"]

  private func podman(_ id: String) -> Container.Metadata? {
    let lists = Self.storages.flatMap { storage in
      ["containers", "volatile-containers"].map { "\(storage)/overlay-containers/\($0).json" }
    }
    let found = lists.lazy.compactMap { json($0)?.elements.first { $0["id"]?.text == id } }.first
    guard let container = found else { return nil }
    // A JSON text in a string.
    let inner = container["metadata"]?.text.flatMap { try? JSONValue(Array($0.utf8)) }
    return Container.Metadata(
      name: container["names"]?.elements.first?.name ?? inner?["name"]?.name,
      image: inner?["image-name"]?.name)
  }

  /// Names of pods, namespaces and containers contain no underscore.
  private func logLink(_ id: String) -> Container.Metadata? {
    let ending = "-\(id).log"
    guard let link = files.names(in: root + "/var/log/containers").first(where: { $0.hasSuffix(ending) })
    else {
      return nil
    }
    let parts = link.dropLast(ending.count).split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    return Container.Metadata(name: String(parts[2]), pod: String(parts[0]), namespace: String(parts[1]))
  }

  private func json(_ path: String) -> JSONValue? {
    files.octets(root + path).flatMap { try? JSONValue($0) }
  }
}

extension Container.Metadata {
  /// From the annotations that containerd's CRI and CRI-O write.
  init(annotations: JSONValue) {
    func first(_ keys: String...) -> String? { keys.lazy.compactMap { annotations[$0]?.name }.first }
    self.init(
      name: first("io.kubernetes.cri.container-name", "io.kubernetes.container.name", "nerdctl/name"),
      image: first(
        "io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName", "org.opencontainers.image.ref.name"),
      pod: first("io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"),
      namespace: first("io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"))
  }

  /// Fills missing fields from another source.
  mutating func add(_ other: Container.Metadata) {
    name = name ?? other.name
    image = image ?? other.image
    pod = pod ?? other.pod
    namespace = namespace ?? other.namespace
  }
}

extension JSONValue {
  /// A text that is not empty. Podman writes the empty one for what a container does not have.
  fileprivate var name: String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}

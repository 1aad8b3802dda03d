/// What was loaded, for `doctor`, the ready line and the output.
package struct ProbeReport: Sendable {
  package var tier: Tier
  package var backfill: ProbePlan.Backfill
  package var programs: [String]
  /// What the kernel would not take, in the order in which it was tried.
  package var refusals: [Refusal]

  package struct Refusal: Sendable {
    package var program: String
    package var reason: String
    package var log: String
  }

  /// Why the better tiers are not in use, one sentence for each.
  package func reasonsAgainst(_ tier: Tier) -> [String] {
    let programs = tier.required + tier.optional
    return refusals.filter { programs.contains($0.program) }.map { "\($0.program): \($0.reason)" }
  }
}

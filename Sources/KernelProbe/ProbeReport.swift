/// What was loaded and what was refused, for `doctor`, the ready line and the output.
package struct ProbeReport: Sendable {
  package var tier: Tier
  package var backfill: ProbePlan.Backfill
  package var programs: [String]
  /// The programs that the kernel refused, in the order in which they were tried.
  package var refusals: [Refusal]

  package struct Refusal: Sendable {
    package var program: String
    package var reason: String
    package var log: String
  }

  /// Why a tier is not in use, one text per refused program.
  package func reasonsAgainst(_ tier: Tier) -> [String] {
    let programs = tier.required + tier.optional
    return refusals.filter { programs.contains($0.program) }.map { "\($0.program): \($0.reason)" }
  }
}

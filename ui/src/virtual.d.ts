declare module "virtual:reasons" {
  /** What each reason means, and what to do. */
  const reasons: Record<string, [string, string]>;
  export default reasons;
}

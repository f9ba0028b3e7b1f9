/**
 * `node:process` for pages: the environment that the test's server puts into the page.
 *
 * @module
 */
declare const testEnvironment: Record<string, string | undefined>;

const page: { env: Record<string, string | undefined> } = { env: testEnvironment };
export default page;

import { defineConfig } from "vitest/config";

export default defineConfig({
  cacheDir: "../node_modules/.vite",
  test: {
    root: import.meta.dirname,
    projects: [
      { test: { name: "unit", include: ["unit/**/*.test.ts"], testTimeout: 30_000 } },
      { test: { name: "browser", include: ["browser/**/*.test.ts"], testTimeout: 60_000 } },
      { test: { name: "node", include: ["node/**/*.test.ts"], testTimeout: 60_000 } },
      { test: { name: "workerd", include: ["workerd/**/*.test.ts"], testTimeout: 60_000 } },
      {
        test: { name: "package", include: ["package/**/*.test.ts"], testTimeout: 60_000 },
      },
    ],
  },
});

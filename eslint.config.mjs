import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores(['dist/', 'site/', 'coverage/', 'out/', '.examples/', 'node_modules/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowArray: true }],
      // `const { one, ...others } = all` is how an object without one of its fields is made.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Indexing a typed array or a tuple of known length: the check would only hide the formula.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Differentiables are functions; the rule cannot see that `f(x)` returns a tensor that the caller owns.
      '@typescript-eslint/no-confusing-void-expression': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/internal/addAll.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'tf',
          property: 'addN',
          message: 'Use addAll: on webgpu, addN of more than seven tensors computes nothing.',
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
);

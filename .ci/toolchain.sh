#!/usr/bin/env bash
# Installs what `wasm/build.mjs` needs to rebuild the codec: a Rust compiler with the wasm32 standard
# library, wasm-pack and wasm-bindgen. Everything already there is left alone, so a warm run costs nothing.
#
# rustup can download no wasm32 target on the CI machines, so Debian's `rustc-web` compiles the standard
# library from `rust-web-src` once and keeps it in its sysroot.
set -euo pipefail

bindgen_version=$(sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*$/\1/p' "$(dirname "$0")/../wasm/Cargo.toml")
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

if ! dpkg -s rustc-web cargo-web rust-web-src lld-22 >/dev/null 2>&1; then
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq rustc-web cargo-web rust-web-src lld-22
fi
rustc=$(dpkg -L rustc-web | grep -E '/bin/rustc$' | head -n 1)
cargo=$(dpkg -L cargo-web | grep -E '/bin/cargo$' | head -n 1)

target_lib="$("$rustc" --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib"
if ! ls "$target_lib"/libstd-*.rlib >/dev/null 2>&1; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  mkdir -p "$scratch/src"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[profile.release]\npanic = "abort"\n' > "$scratch/Cargo.toml"
  : > "$scratch/src/lib.rs"
  # Without embedded bitcode a later `lto = true` fails with "Can't find section .llvmbc".
  (cd "$scratch" && RUSTFLAGS="-C embed-bitcode=yes" RUSTC="$rustc" RUSTC_BOOTSTRAP=1 \
    "$cargo" build --release --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort,proc_macro)
  rm -f "$scratch"/target/wasm32-unknown-unknown/release/deps/libempty*
  as_root mkdir -p "$target_lib"
  as_root cp "$scratch"/target/wasm32-unknown-unknown/release/deps/*.rlib "$target_lib"/
fi

# The tools run for seconds, so they are compiled for a short build and not for speed.
export PATH="$HOME/.cargo/bin:$PATH" CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off
host_cargo=$(command -v cargo || echo "$cargo")
if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $bindgen_version" ]; then
  # --locked would ask for a crate that the index does not have.
  "$host_cargo" install --quiet --force wasm-bindgen-cli --version "$bindgen_version"
fi
command -v wasm-pack >/dev/null || "$host_cargo" install --quiet wasm-pack

"use strict";
(() => {
  const el = (id) => document.getElementById(id);
  const say = (which) => {
    for (const p of document.querySelectorAll("[data-say]")) p.hidden = p.dataset.say !== which;
    el("ask").hidden = which === "insecure";
  };
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const open = async (word) => {
    if (!globalThis.crypto || !crypto.subtle) return say("insecure");
    if (!word) return say("missing");
    let page;
    try {
      const raw = bytes(word.trim());
      if (raw.length !== 32) return say("wrong");
      const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
      const sealed = bytes(el("payload").textContent.trim());
      const plain = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: sealed.slice(0, 12), additionalData: new TextEncoder().encode("bise share 1") },
        key, sealed.slice(12));
      page = JSON.parse(new TextDecoder().decode(plain));
    } catch {
      return say("wrong");
    }
    const holder = document.createElement("template");
    holder.innerHTML = page.html;
    document.body.replaceChildren(holder.content);
    if (page.snapshot.title) document.title = page.snapshot.title;
  };
  el("ask").addEventListener("submit", (e) => {
    e.preventDefault();
    const typed = el("key").value;
    open(typed.slice(typed.indexOf("#") + 1));
  });
  addEventListener("hashchange", () => open(location.hash.slice(1)));
  open(location.hash.slice(1));
})();

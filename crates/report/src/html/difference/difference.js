"use strict";
{
  const all = (query) => [...document.querySelectorAll(query)];
  const objects = all(".object"), groups = all(".group");
  const find = document.getElementById("find"), none = document.getElementById("none");
  if (find) {
    all(".bar [hidden]").forEach((part) => { part.hidden = false; });
    const texts = new Map();
    const text = (object) => {
      if (!texts.has(object)) {
        const group = object.closest(".group").querySelector("h2");
        texts.set(object, ((group ? group.textContent + " " : "") + object.textContent).toLowerCase());
      }
      return texts.get(object);
    };
    const filter = () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const object of objects) {
        object.hidden = !words.every((word) => text(object).includes(word));
        if (!object.hidden && getComputedStyle(object).display !== "none") shown += 1;
      }
      for (const group of groups) {
        group.hidden = ![...group.children].some((part) => part.matches(".object") && !part.hidden && getComputedStyle(part).display !== "none");
      }
      none.hidden = shown > 0;
    };
    const refilter = () => { groups.forEach((group) => { group.hidden = false; }); filter(); };
    find.addEventListener("input", refilter);
    all(".bar input[type=checkbox]").forEach((box) => box.addEventListener("change", refilter));
    const fold = (open) => () => objects.filter((object) => !object.hidden).forEach((object) => { object.open = open; });
    document.getElementById("unfold").addEventListener("click", fold(true));
    document.getElementById("fold").addEventListener("click", fold(false));
    // A page may be linked to with what is looked for: page.html#Deployment.
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted) {
      find.value = wanted;
      refilter();
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && document.activeElement !== find) { event.preventDefault(); find.focus(); }
    });
  }
}

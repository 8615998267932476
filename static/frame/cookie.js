// Choices of this browser that the server reads (web/frame/respond.py knows their names). It does nothing by itself.
export const remember = (name, value) => {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
};

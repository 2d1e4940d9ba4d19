# frozen_string_literal: true

module CableChat
  # Whether the page behind a request is of this application's own host.
  #
  # The scheme does not count: behind a proxy that ends HTTPS, the application, and the AnyCable server even more so, sees
  # another one than the browser. A page of the same host by another scheme is no other site's either.
  module Origin
    DEFAULT_PORTS = [ 80, 443 ].freeze

    module_function

    # origin: as in the header, "https://www.example.com:8443". "null", and what is no origin, is nobody's.
    def same_host?(origin, host:, port:)
      uri = URI.parse(origin)
      uri.is_a?(URI::HTTP) && uri.host.present? && uri.host.casecmp?(host) && named(uri.port) == named(port)
    rescue URI::InvalidURIError
      false
    end

    def named(port)
      port unless DEFAULT_PORTS.include?(port)
    end
    private_class_method :named
  end
end

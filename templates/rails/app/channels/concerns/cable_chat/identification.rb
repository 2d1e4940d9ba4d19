# frozen_string_literal: true

module CableChat
  # Gives a connection its `visitor`.
  #
  #   class Connection < ActionCable::Connection::Base
  #     include CableChat::Identification
  #
  #     def connect
  #       identify_visitor
  #     end
  #   end
  #
  # A connection with a token never comes here under AnyCable: its server verifies the token itself, refuses an expired one as
  # `token_expired`, and takes the identifiers from it (https://docs.anycable.io/anycable-go/jwt_identification).
  module Identification
    extend ActiveSupport::Concern

    included do
      # Only for Action Cable's own server: it ends a connection with an expired token as AnyCable does.
      prepend AnyCable::Rails::Ext::JWT

      identified_by :visitor
    end

    private
      # Refuses whoever is nobody, as `unauthorized`.
      def identify_visitor
        return identify_visitor_by_token if anycable_jwt_present?

        self.visitor = Identity.of(request) || reject_unauthorized_connection
      end

      # Rails' own check knows neither the port nor the scheme under AnyCable, and would refuse the application's own pages.
      def allow_request_origin?
        own_page? || super
      end

      def own_page?
        origin = env["HTTP_ORIGIN"]
        return false if origin.nil? || !server.config.allow_same_origin_as_host

        Origin.same_host?(origin, host: env["SERVER_NAME"], port: env["SERVER_PORT"].to_i)
      end

      def identify_visitor_by_token
        identify_from_anycable_jwt!
      rescue AnyCable::JWT::ExpiredSignature
        raise
      rescue AnyCable::JWT::DecodeError
        reject_unauthorized_connection
      end
  end
end

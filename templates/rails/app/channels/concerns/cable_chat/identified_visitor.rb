# frozen_string_literal: true

module CableChat
  # Gives the application's own connection a `visitor` beside its own identifiers, once it has connected in its own way: whom it
  # refuses is refused, and whom it knows as its `current_user` or `user` is that user here.
  #
  #   class Connection < ActionCable::Connection::Base
  #     include CableChat::IdentifiedVisitor
  module IdentifiedVisitor
    extend ActiveSupport::Concern

    include Identification

    USERS = %i[current_user user current_account].freeze

    included { prepend Connecting }

    module Connecting
      def connect
        # A token was made for whoever is signed in, and says it all.
        return identify_visitor_by_token if anycable_jwt_present?

        super if defined?(super)
        self.visitor = signed_in_visitor || Identity.of(request) || reject_unauthorized_connection
      end
    end

    private
      def signed_in_visitor
        user = USERS.lazy.select { |name| self.class.identifiers.include?(name) }.filter_map { |name| public_send(name) }.first
        Visitor.user(user) if user
      end
  end
end
